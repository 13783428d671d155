'use strict';

/**
 * A little shop that reports what goes wrong in it through `@sentry/node`.
 *
 *     node shop.js DSN SCENE NUMBER
 *
 * SCENE says what happens: see `SCENES`. NUMBER is an order, or how many there are. The id of
 * each event that the SDK took is printed on a line of its own.
 */

const Sentry = require('@sentry/node');

// The SDK drops what is reported while 64 requests are under way: who reports more than that
// at once has to wait for it now and then.
const EVENTS_BETWEEN_FLUSHES = 50;
const PATIENCE_MS = 30_000;

class UnknownOrder extends Error {
  name = 'UnknownOrder';
}

class PaymentRefused extends Error {
  name = 'PaymentRefused';
}

/** The order with a number; this shop lost them all. */
function findOrder(number) {
  Sentry.addBreadcrumb({ category: 'orders', message: 'looked into the ledger' });
  throw new UnknownOrder(`no order ${number}`);
}

/** Asks the bank to pay an order. */
function charge(number) {
  const cause = new Error(`the bank did not answer for order ${number}`);
  throw new PaymentRefused('the payment was refused', { cause });
}

/** Reports what an action throws. */
function report(action) {
  try {
    action();
  } catch (error) {
    console.log(Sentry.captureException(error));
  }
}

const SCENES = {
  /** Nothing catches the error. */
  crash: (number) => findOrder(number),

  /** Nothing catches the error of a promise. */
  reject: (number) => {
    Promise.resolve(number).then(findOrder);
  },

  /** The error is caught and reported. */
  handled: (number) => report(() => findOrder(number)),

  /** An error with a cause is caught and reported. */
  chain: (number) => report(() => charge(number)),

  /** No error: a note. */
  message: (number) => {
    console.log(Sentry.captureMessage(`the stock is down to ${number}`, 'warning'));
  },

  /** Two notes from one place. */
  notes: (number) => {
    for (const thing of ['stock', 'cash']) {
      console.log(Sentry.captureMessage(`the ${thing} is down to ${number}`, 'warning'));
    }
  },

  /** So many errors as fast as they can be sent. */
  burst: async (number) => {
    for (let order = 0; order < number; order += 1) {
      report(() => findOrder(order));
      if (order % EVENTS_BETWEEN_FLUSHES === 0) await Sentry.flush(PATIENCE_MS);
    }
  },

  /** Whatever else the SDK sends besides an error. */
  everything: async (number) => {
    Sentry.startSpan({ name: 'checkout', op: 'task' }, () => {
      Sentry.startSpan({ name: 'look up', op: 'db' }, () => SCENES.handled(number));
    });
    Sentry.startSession();
    Sentry.endSession();
    Sentry.logger.info('an order was looked for', { number });
    Sentry.captureFeedback({ message: 'where is my order?' });
    Sentry.getCurrentScope().addAttachment({ filename: 'ledger.csv', data: 'one;two' });
    SCENES.message(number);
    await Sentry.close(PATIENCE_MS);
  },
};

const [dsn, scene, number] = process.argv.slice(2);
Sentry.init({
  dsn,
  release: 'shop@2.4.1',
  environment: 'staging',
  tracesSampleRate: 1,
  enableLogs: true,
  shutdownTimeout: PATIENCE_MS,
});
Sentry.setTag('branch', 'north');
Sentry.setUser({ id: 'customer-7' });
SCENES[scene](Number(number));
