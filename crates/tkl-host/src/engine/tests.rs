use super::*;

fn result(script: &str) -> Result<Value, ScriptFault> {
    run(script, Host::V2_00_011, &ScriptSample::default()).map(|it| it.value)
}

#[test]
fn a_script_that_never_ends_is_ended() {
    assert_eq!(result("while (true) {}"), Err(ScriptFault::TooLong));
}

#[test]
fn a_script_that_takes_all_memory_is_an_error_and_no_more() {
    let taken = result("const all = []; for (;;) all.push(new Uint8Array(1024 * 1024).fill(1));");
    assert!(taken.is_err(), "{taken:?}");
    assert_eq!(result("return [1]"), Ok(json!([1])));
}

#[test]
fn errors_say_what_is_wrong() {
    let thrown = |script: &str| match result(script) {
        Err(ScriptFault::Thrown(message)) => message,
        other => panic!("{other:?}"),
    };
    assert!(thrown("throw new Error('too cold')").contains("too cold"));
    assert!(thrown("return [").contains("unexpected token") || thrown("return [").contains("SyntaxError"));
    assert!(thrown("return nothing.here").contains("nothing"));
}

#[test]
fn the_helpers_are_those_of_the_host() {
    assert_eq!(
        result("return [crcSum([0xff, 2]), crc16Modbus([1, 4, 2, 0xff, 0xff])]"),
        Ok(json!([1, 0x80b8]))
    );
    assert_eq!(result("return [crc16CCIT(Buffer.from('123456789'))]"), Ok(json!([0x29b1])));
    assert_eq!(result("return [Buffer.from('冷库').toString('hex')]"), Ok(json!(["e586b7e5ba93"])));
    assert_eq!(result("return [Buffer.from('e586b7', 'hex').toString()]"), Ok(json!(["冷"])));
}

#[test]
fn a_script_changes_its_own_copy_of_the_device_only() {
    let sample = ScriptSample::default();
    run("device.eui = 'x'; return []", Host::Newer, &sample).unwrap();
    assert_eq!(sample, ScriptSample::default());
}
