use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

/// A reader that takes what was written only when it is told to.
struct SlowReader {
    turns: Receiver<()>,
    read: Sender<String>,
}

impl Write for SlowReader {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.turns.recv().map_err(|_| io::ErrorKind::BrokenPipe)?;
        drop(self.read.send(String::from_utf8_lossy(text).into_owned()));
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn slow_reader() -> (SlowReader, Sender<()>, Receiver<String>) {
    let ((turn, turns), (read, written)) = (channel(), channel());
    (SlowReader { turns, read }, turn, written)
}

#[test]
fn lines_are_written_whole_and_in_order() {
    let (reader, turn, written) = slow_reader();
    let (mut writer, guard) = LogWriter::start(reader).unwrap();
    ["one\n", "two\n", "three\n"].iter().for_each(|line| writer.write_all(line.as_bytes()).unwrap());
    (0..3).for_each(|_| turn.send(()).unwrap());
    drop(guard);
    assert_eq!(written.try_iter().collect::<String>(), "one\ntwo\nthree\n");
}

#[test]
fn a_reader_that_stops_holds_nobody_up_and_the_lines_left_out_are_counted() {
    let (reader, turn, written) = slow_reader();
    let (mut writer, guard) = LogWriter::start(reader).unwrap();
    let line = [b'x'; 1024];
    // More than fits, though the reader takes nothing; one piece of them may be on its way to it.
    (0..3 * LIMIT / line.len()).for_each(|_| writer.write_all(&line).unwrap());
    (0..4).for_each(|_| turn.send(()).unwrap());
    drop(guard);
    let text: String = written.try_iter().collect();
    assert!(text.len() < 2 * LIMIT + 1024, "{} bytes waited", text.len());
    assert!(text.contains("lines of the log were left out: its reader is too slow"));
}

#[test]
fn the_end_of_the_process_waits_for_a_stuck_reader_only_so_long() {
    let (reader, _turn, _written) = slow_reader();
    let (mut writer, guard) = LogWriter::start(reader).unwrap();
    writer.write_all(b"never read\n").unwrap();
    drop(guard);
}
