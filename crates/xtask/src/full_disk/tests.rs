use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::*;

#[tokio::test]
async fn a_process_whose_disk_is_full_gets_an_error_and_lives_on() {
    let folder = tempfile::tempdir().unwrap();
    let script =
        "read go; head -c 100000 /dev/zero > \"$FILE\" 2>/dev/null || echo refused; wc -c < \"$FILE\"";
    let mut command = Command::new("sh");
    command.args(["-c", script]).env("FILE", "large").current_dir(folder.path());
    let mut process =
        fillable(&command).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    fill_disk(process.id().unwrap()).await.unwrap();
    process.stdin.take().unwrap().write_all(b"go\n").await.unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    assert_eq!(lines.next_line().await.unwrap().as_deref(), Some("refused"));
    assert_eq!(lines.next_line().await.unwrap().unwrap().trim(), "4096");
    assert!(process.wait().await.unwrap().success());
}
