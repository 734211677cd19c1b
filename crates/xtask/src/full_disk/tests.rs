use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use super::*;

#[test]
fn a_process_whose_disk_is_full_gets_an_error_and_lives_on_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let write = "head -c 100000 /dev/zero > \"$FILE\" 2>/dev/null || echo refused; wc -c < \"$FILE\"";
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("read go; {write}; read go; {write}")])
        .env("FILE", "large")
        .current_dir(folder.path());
    let mut process = fillable(&command).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = process.stdin.take().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let mut line = || lines.next().unwrap().unwrap().trim().to_owned();

    DiskRoom::None.give_to(process.id()).unwrap();
    input.write_all(b"go\n").unwrap();
    assert_eq!([line(), line()], ["refused", "4096"]);

    DiskRoom::Unlimited.give_to(process.id()).unwrap();
    input.write_all(b"go\n").unwrap();
    assert_eq!(line(), "100000");
    assert!(process.wait().unwrap().success());
}
