"""A little shop that reports what goes wrong in it through `sentry-sdk`.

    shop.py DSN SCENE NUMBER

SCENE says what happens: see `SCENES`. NUMBER is an order, or how many there are. The id of
each event that the SDK took is printed on a line of its own.
"""

import sys

import sentry_sdk

# The SDK drops what does not fit into its queue, which holds 100 events: who reports more
# than that at once has to wait for it now and then.
EVENTS_BETWEEN_FLUSHES = 50
PATIENCE_S = 30


class UnknownOrder(LookupError):
    """The shop has no such order."""


class PaymentRefused(Exception):
    """The customer's bank did not pay."""


def find_order(number):
    """The order with a number; this shop lost them all."""
    sentry_sdk.add_breadcrumb(category="orders", message="looked into the ledger")
    raise UnknownOrder(f"no order {number}")


def charge(number):
    """Asks the bank to pay an order."""
    try:
        raise TimeoutError(f"the bank did not answer for order {number}")
    except TimeoutError as cause:
        raise PaymentRefused("the payment was refused") from cause


def crash(number):
    """Nothing catches the exception."""
    find_order(number)


def handled(number):
    """The exception is caught and reported."""
    try:
        find_order(number)
    except UnknownOrder as error:
        print(sentry_sdk.capture_exception(error))


def chain(number):
    """An exception with a cause is caught and reported."""
    try:
        charge(number)
    except PaymentRefused as error:
        print(sentry_sdk.capture_exception(error))


def message(number):
    """No exception: a note."""
    print(sentry_sdk.capture_message(f"the stock is down to {number}", level="warning"))


def burst(number):
    """So many exceptions as fast as they can be sent."""
    for order in range(number):
        handled(order)
        if order % EVENTS_BETWEEN_FLUSHES == 0:
            sentry_sdk.flush(PATIENCE_S)


def everything(number):
    """Whatever else the SDK sends besides an exception."""
    with sentry_sdk.start_transaction(name="checkout", op="task"):
        with sentry_sdk.start_span(name="look up", op="db"):
            handled(number)
    scope = sentry_sdk.get_isolation_scope()
    scope.start_session(session_mode="request")
    scope.end_session()
    sentry_sdk.logger.info("order {number} was looked for", number=number)
    scope.add_attachment(bytes=b"one;two", filename="ledger.csv")
    message(number)


SCENES = {scene.__name__: scene for scene in (crash, handled, chain, message, burst, everything)}


def main():
    """Opens the shop, and plays one scene in it."""
    dsn, scene, number = sys.argv[1:]
    sentry_sdk.init(
        dsn=dsn,
        release="shop@2.4.1",
        environment="staging",
        traces_sample_rate=1.0,
        enable_logs=True,
        shutdown_timeout=PATIENCE_S,
    )
    sentry_sdk.set_tag("branch", "north")
    sentry_sdk.set_user({"id": "customer-7"})
    SCENES[scene](int(number))


if __name__ == "__main__":
    main()
