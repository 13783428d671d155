//! One realistic trace of each language and form, with the platform that must claim it.

pub(super) const SAMPLES: [(&str, &str); 22] = [
    ("python", PYTHON),
    ("python", PYTHON_GROUP),
    ("java", JAVA),
    ("java", KOTLIN),
    ("javascript", NODE),
    ("javascript", CHROME),
    ("javascript", FIREFOX),
    ("javascript", SAFARI),
    ("csharp", DOTNET),
    ("csharp", MONO),
    ("go", GO),
    ("go", GO_HTTP),
    ("native", RUST),
    ("native", RUST_OLD),
    ("native", RUST_FULL),
    ("native", ANYHOW),
    ("ruby", RUBY),
    ("ruby", RUBY_BOTTOM),
    ("ruby", RAILS),
    ("php", PHP),
    ("php", PHP_NEXT),
    ("php", LARAVEL),
];

pub(super) const PYTHON: &str = r#"Traceback (most recent call last):
  File "/srv/shop/cart/models.py", line 41, in total
    return sum(item.price for item in self.items)
           ~~~^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/shop/cart/models.py", line 41, in <genexpr>
    return sum(item.price for item in self.items)
               ^^^^^^^^^^
AttributeError: 'NoneType' object has no attribute 'price'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "<frozen runpy>", line 198, in _run_module_as_main
  File "manage.py", line 9, in <module>
    main()
    ~~~~^^
  File "/srv/shop/cart/views.py", line 17, in checkout
    raise CartError(f"cart {cart.id} cannot be summed")
shop.cart.errors.CartError: cart 7 cannot be summed
"#;

pub(super) const PYTHON_GROUP: &str = r#"  + Exception Group Traceback (most recent call last):
  |   File "/srv/jobs/run.py", line 12, in main
  |     async with asyncio.TaskGroup() as group:
  | ExceptionGroup: unhandled errors in a TaskGroup (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/srv/jobs/fetch.py", line 5, in fetch
    |     raise TimeoutError("no answer")
    | TimeoutError: no answer
    +---------------- 2 ----------------
    | Exception Group Traceback (most recent call last):
    |   File "/srv/jobs/store.py", line 8, in store_all
    |     raise ExceptionGroup("store", errors)
    | ExceptionGroup: store (1 sub-exception)
    +-+---------------- 1 ----------------
      | Traceback (most recent call last):
      |   File "/srv/jobs/store.py", line 3, in store
      |     raise ValueError("bad row")
      | ValueError: bad row
      +------------------------------------
"#;

pub(super) const JAVA: &str =
    "Exception in thread \"main\" com.shop.order.OrderException: order 12 failed
\tat com.shop.order.OrderService.place(OrderService.java:88)
\tat com.shop.order.OrderService$$Lambda$14/0x0000000800c03000.accept(Unknown Source)
\tat java.base/jdk.internal.reflect.NativeMethodAccessorImpl.invoke0(Native Method)
\tat app//com.shop.Main.main(Main.java:12) ~[shop-1.2.jar!/:1.2]
\tSuppressed: java.io.IOException: close failed
\t\tat com.shop.db.Pool.close(Pool.java:7)
\t\t... 2 more
\tCaused by: java.lang.IllegalStateException: of the suppressed one
\t\tat com.shop.db.Pool.check(Pool.java:3)
Caused by: java.sql.SQLException: ERROR: duplicate key
  Detail: Key (id)=(12) already exists.
\tat org.postgresql.Driver.send(Driver.java:300)
\tat com.shop.order.Orders.insert(Orders.java:21)
\t... 2 more
";

pub(super) const KOTLIN: &str = "java.lang.AssertionError: expected 2
\tat shop.CartTest.should sum items (when full)(CartTest.kt:14)
\tat shop.CartTest$sum$1.invokeSuspend(CartTest.kt)
\tat kotlinx.coroutines.DispatchedTask.run(DispatchedTask.kt:108)
";

pub(super) const NODE: &str = "/srv/shop/lib/cart.js:12
    throw new CartError('cart failed', { cause })
    ^

CartError [ERR_CART]: cart failed
    at Cart.total (/srv/shop/lib/cart.js:12:11)
    at new Checkout (/srv/shop/lib/my app (1)/checkout.js:3:5)
    at async Promise.all (index 0)
    at Object.<anonymous> (/srv/shop/index.js:7:1)
    at Module.load [as _load] (node:internal/modules/cjs/loader:1104:14)
    at async file:///srv/shop/main.mjs:4:3 {
  code: 'ERR_CART',
  [cause]: TypeError: Cannot read properties of undefined (reading 'price')
      at /srv/shop/lib/item.js:5:20
      at Array.map (<anonymous>)
      ... 2 lines matching cause stack trace ...
      at eval (eval at compile (/srv/shop/lib/template.js:9:3), <anonymous>:1:7) {
    [Symbol(extra)]: 1
  }
}

Node.js v22.1.0
";

pub(super) const CHROME: &str = "Uncaught (in promise) TypeError: t is not a function
    at https://shop.example/static/app.3f2a.js?v=1:1:20345
    at async r.render (https://shop.example/static/app.3f2a.js?v=1:1:999)
    at parse (https://shop.example/static/core.wasm:wasm-function[12]:0x1a3f)
";

pub(super) const FIREFOX: &str = "TypeError: cart is undefined
total@https://shop.example/static/cart.js:12:9
render/<@https://shop.example/static/view.js:40:3
async*load@https://shop.example/static/view.js:7:1
run@https://shop.example/static/run.js line 5 > eval:1:2
@https://shop.example/:3:1
";

pub(super) const SAFARI: &str = "total@https://shop.example/static/cart.js:12:9
map@[native code]
https://shop.example/static/view.js:40:3
global code@https://shop.example/:3:1
";

pub(super) const DOTNET: &str = "Unhandled exception. Shop.Orders.OrderException: order 12 failed
 ---> System.Net.Http.HttpRequestException: Connection refused (bank.example:443)
 ---> System.Net.Sockets.SocketException (61): Connection refused
   at System.Net.Sockets.Socket.Connect(EndPoint remoteEP)
--- End of stack trace from previous location ---
   at System.Net.Http.HttpConnectionPool.<ConnectAsync>d__99.MoveNext()
   --- End of inner exception stack trace ---
   at Shop.Bank.Client.Charge[T](T order, Dictionary`2 options) in C:\\src\\shop\\Bank\\Client.cs:line 40
   --- End of inner exception stack trace ---
   at Shop.Orders.OrderService..ctor(String name) in /src/shop/OrderService.cs:line 12
   at Shop.Program.Main(String[] args) in /src/shop/Program.cs:line 5
";

pub(super) const MONO: &str =
    "System.NullReferenceException: Object reference not set to an instance of an object
  at Game.Player.Jump (System.Single height, UnityEngine.Vector3 to) [0x00012] in <5f3a>:0
  at Game.Loop.Tick () [0x00000] in /src/Game/Loop.cs:33
";

pub(super) const GO: &str = "2024/05/01 10:00:00 starting
panic: order 12: out of stock [recovered]
\tpanic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x47b3c5]

goroutine 7 [running]:
panic({0x49c1e0?, 0x52f1a0?})
\t/usr/local/go/src/runtime/panic.go:770 +0x132
example.com/shop/order.(*Service).Place(0xc000012345, {0x1, 0x2})
\t/srv/shop/order/service.go:41 +0x1d
example.com/shop.Map[...](...)
\t/srv/shop/map.go:9
main.main.func1()
\t/srv/shop/main.go:12 +0x25
created by main.main in goroutine 1
\t/srv/shop/main.go:10 +0x65

goroutine 1 [chan receive]:
main.main()
\t/srv/shop/main.go:15 +0x85
exit status 2
";

pub(super) const GO_HTTP: &str = "2024/05/01 10:00:00 http: panic serving 203.0.113.7:5123: no cart
goroutine 34 [running]:
net/http.(*conn).serve.func1()
\t/usr/local/go/src/net/http/server.go:1898 +0xbe
main.handle({0x1, 0x2}, 0xc0001)
\t/srv/shop/main.go:22 +0x45
";

pub(super) const RUST: &str = "thread 'main' (4711) panicked at src/order.rs:12:9:
assertion `left == right` failed
  left: 1
 right: 2
stack backtrace:
   0: rust_begin_unwind
             at /rustc/90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf/library/std/src/panicking.rs:645:5
   1: core::panicking::panic_fmt
             at /rustc/90b35a6239c3d8bdabc530a6a0816f7ff89a0aaf/library/core/src/panicking.rs:72:14
   2: shop::order::place
             at ./src/order.rs:12:9
   3: shop::main
             at ./src/main.rs:5:5
   4: core::ops::function::FnOnce::call_once
note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.
";

pub(super) const RUST_OLD: &str =
    "thread 'worker' panicked at 'called `Result::unwrap()` on an `Err` value:
Closed', src/queue.rs:31:18
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
";

pub(super) const RUST_FULL: &str = "thread '<unnamed>' panicked at src/queue.rs:31:18:
queue closed
stack backtrace:
   0:     0x5613b3a8d4f1 - std::panicking::begin_panic_handler::{{closure}}::h0123456789abcdef
                               at /rustc/90b35a6/library/std/src/panicking.rs:645:5
   1:     0x5613b3a8d4f2 - rust_begin_unwind
   2:     0x5613b3a8d4f3 - <shop::Queue as core::ops::drop::Drop>::drop::hfedcba9876543210
                               at /srv/shop/src/queue.rs:31:18
                           shop::Queue::close
                               at /srv/shop/src/queue.rs:20:5
   3:     0x5613b3a8d4f4 - <unknown>
   4:     0x5613b3a8d4f5 - __libc_start_main_impl
                               at ./csu/../csu/libc-start.c:360:3
";

pub(super) const ANYHOW: &str = "Error: cannot start

Caused by:
    0: cannot read settings
    1: No such file or directory (os error 2)

Stack backtrace:
   0: shop::settings::read
             at ./src/settings.rs:8:20
   1: shop::main
             at ./src/main.rs:4:5
";

pub(super) const RUBY: &str =
    "/srv/shop/cart.rb:7:in 'Shop::Cart#total': cart failed (Shop::CartError)
second line of it
\tfrom /srv/shop/cart.rb:3:in 'block in Shop::Cart.open'
\tfrom /srv/shop/app.rb:12:in '<main>'
/srv/shop/item.rb:4:in 'Shop::Item#price': undefined method 'price' for nil (NoMethodError)
\tfrom /srv/shop/cart.rb:6:in 'Shop::Cart#total'
";

pub(super) const RUBY_BOTTOM: &str = "Traceback (most recent call last):
\t2: from app.rb:9:in `<main>'
\t1: from app.rb:6:in `block (2 levels) in run'
app.rb:2:in `total': divided by 0 (ZeroDivisionError)
";

pub(super) const RAILS: &str = "E, [2024-05-01T10:00:00.1 #7] ERROR -- : ActiveRecord::RecordNotFound (Couldn't find Cart with 'id'=7):

app/models/cart.rb:12:in `total'
app/controllers/carts_controller.rb:5:in 'CartsController#show'
";

pub(super) const PHP: &str = "PHP Fatal error:  Uncaught Shop\\CartError: cart failed
in two lines in /srv/shop/src/Cart.php:12
Stack trace:
#0 /srv/shop/src/Checkout (old).php(34): Shop\\Cart->total(Object(Shop\\User), 'a')
#1 [internal function]: Shop\\Checkout::{closure}(1)
#2 /srv/shop/index.php(7): array_map(Object(Closure), Array)
#3 {main}
  thrown in /srv/shop/src/Cart.php on line 12
";

pub(super) const PHP_NEXT: &str = "PDOException: SQLSTATE[23000]: duplicate in /srv/shop/db.php:3
Stack trace:
#0 /srv/shop/orders.php(9): insert(12)
#1 {main}

Next Shop\\OrderError in /srv/shop/orders.php:11
Stack trace:
#0 {main}
";

pub(super) const LARAVEL: &str = r#"[2024-05-01 10:00:00] production.ERROR: order failed {"userId":7,"exception":"[object] (Shop\\OrderError(code: 0): order failed at /srv/shop/app/Orders.php:21)
[stacktrace]
#0 /srv/shop/vendor/laravel/framework/Router.php(9): Shop\\Orders->place()
#1 {main}

[previous exception] [object] (PDOException(code: 23000): duplicate at /srv/shop/app/Db.php:3)
[stacktrace]
#0 /srv/shop/app/Orders.php(20): Shop\\Db->insert()
#1 {main}
"} 
"#;
