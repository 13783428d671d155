use super::samples::{DOTNET, MONO};
use super::{calls, chain, parsed, raised};

#[test]
fn inner_exceptions_come_first_and_codes_are_no_part_of_the_name() {
    assert_eq!(
        chain(&parsed(DOTNET)),
        [
            "System.Net.Sockets.SocketException: Connection refused",
            "System.Net.Http.HttpRequestException: Connection refused (bank.example:443)",
            "Shop.Orders.OrderException: order 12 failed",
        ]
    );
}

#[test]
fn each_exception_of_a_chain_has_its_own_frames() {
    let trace = parsed(DOTNET);
    let stacks: Vec<_> = trace.exceptions.iter().map(calls).collect();
    assert_eq!(
        stacks,
        [
            vec![
                "System.Net.Http.HttpConnectionPool | ConnectAsync | -",
                "System.Net.Sockets.Socket | Connect | -",
            ],
            vec!["Shop.Bank.Client | Charge | Client.cs:40"],
            vec![
                "Shop.Program | Main | Program.cs:5",
                "Shop.Orders.OrderService | .ctor | OrderService.cs:12",
            ],
        ]
    );
}

#[test]
fn inner_exceptions_may_stand_on_one_line() {
    let text = "System.Exception: outer ---> System.ArgumentException: inner\r\n   \
                at A.B.C()\r\n   --- End of inner exception stack trace ---\r\n   at A.B.D()\r\n";
    let trace = parsed(text);
    assert_eq!(
        chain(&trace),
        ["System.ArgumentException: inner", "System.Exception: outer"]
    );
    assert_eq!(calls(raised(&trace)), ["A.B | D | -"]);
}

#[test]
fn the_members_of_an_aggregate_are_not_counted_twice() {
    let text = "System.AggregateException: One or more errors occurred. (no)\n \
                ---> System.ArgumentException: no\n   at A.B.C()\n   \
                --- End of inner exception stack trace ---\n   at A.B.D()\n \
                ---> (Inner Exception #1) System.ArgumentException: no\n   at A.B.C()<---\n";
    assert_eq!(parsed(text).exceptions.len(), 2);
}

#[test]
fn mono_prints_offsets() {
    let trace = parsed(MONO);
    assert_eq!(
        calls(raised(&trace)),
        ["Game.Loop | Tick | Loop.cs:33", "Game.Player | Jump | -"]
    );
}

#[test]
fn a_generic_fault_is_named() {
    let text =
        "System.ServiceModel.FaultException`1[System.ServiceModel.Detail]: denied\n   at A.B.C()\n";
    assert_eq!(
        chain(&parsed(text)),
        ["System.ServiceModel.FaultException`1: denied"]
    );
}

#[test]
fn a_log_may_stand_before_the_name() {
    let text = "fail: Shop.Web[1]\n      An unhandled exception has occurred.\n      \
                System.ArgumentException: no (Parameter 'id')\n         at A.B.C(Int32 id)\n";
    assert_eq!(
        chain(&parsed(text)),
        ["System.ArgumentException: no (Parameter 'id')"]
    );
}
