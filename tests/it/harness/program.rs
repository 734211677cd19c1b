//! The binary as a child process: started, asked, told to stop, killed.

use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::site::FinishedCommand;
use super::{PATIENCE, TestAnswer, TestFolder, TestRequest, await_some, until};

/// A running program and what it has said so far. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct TestProgram {
    child: Child,
    printed: PipeOutput,
    log: PipeOutput,
}

impl TestProgram {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (printed, log) =
            (PipeOutput::of(child.stdout.take().unwrap()), PipeOutput::of(child.stderr.take().unwrap()));
        Self { child, printed, log }
    }

    /// The standard output so far.
    pub(crate) fn printed(&self) -> String {
        self.printed.so_far()
    }

    /// The standard error so far.
    pub(crate) fn log(&self) -> String {
        self.log.so_far()
    }

    /// The number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`, and waits until it is gone.
    pub(crate) fn kill9(&mut self) {
        assert_eq!(self.child.try_wait().unwrap(), None, "it had ended by itself:\n{}", self.log());
        self.child.kill().unwrap();
        self.wait();
    }

    /// Sends it a signal, `TERM` or `INT`.
    pub(crate) fn signal(&self, name: &str) {
        let kill = ["-c", "kill -s \"$0\" \"$1\"", name, &self.child.id().to_string()];
        assert!(Command::new("sh").args(kill).status().unwrap().success(), "cannot send SIG{name}");
    }

    /// Tells it to stop, as a process manager does, and waits until it has.
    #[track_caller]
    pub(crate) fn terminate_and_wait(&mut self) -> ExitStatus {
        self.signal("TERM");
        self.wait()
    }

    /// Waits until it has ended and everything it said has been read.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let status = await_some(|| self.child.try_wait().unwrap(), PATIENCE);
        let status = status.unwrap_or_else(|| panic!("it does not end; its log:\n{}", self.log()));
        self.printed.finish();
        self.log.finish();
        status
    }

    /// The exit status, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// The result of `find` in what was printed or logged; ends the test if that never comes.
    #[track_caller]
    pub(crate) fn await_words<T>(&mut self, what: &str, find: impl Fn(&Self) -> Option<T>) -> T {
        let mut last_look = false;
        let found = await_some(
            || match (find(self), last_look) {
                (Some(found), _) => Some(Ok(found)),
                (None, true) => Some(Err(())),
                (None, false) => {
                    // Once it has ended, its last words may still be on their way.
                    if self.ended().is_some() {
                        self.printed.finish();
                        self.log.finish();
                        last_look = true;
                    }
                    None
                }
            },
            PATIENCE,
        );
        match found {
            Some(Ok(found)) => found,
            Some(Err(())) => panic!("it ended before it said {what}:\n{}{}", self.printed(), self.log()),
            None => panic!("it never said {what}:\n{}{}", self.printed(), self.log()),
        }
    }
}

impl Drop for TestProgram {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The output of a pipe, read as it comes: a full one would stop its writer.
#[derive(Debug)]
struct PipeOutput {
    text: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl PipeOutput {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let sink = Arc::clone(&text);
        let reader = std::thread::spawn(move || {
            let mut lines = BufReader::new(pipe).split(b'\n');
            while let Some(Ok(line)) = lines.next() {
                let mut text = sink.lock().unwrap();
                text.push_str(&String::from_utf8_lossy(&line));
                text.push('\n');
            }
        });
        Self { text, reader: Some(reader) }
    }

    fn so_far(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    fn finish(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }
}

/// `fanfare serve`, ready to take alerts. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct TestGateway {
    program: TestProgram,
    site: Arc<TestFolder>,
    address: SocketAddr,
}

impl TestGateway {
    /// In a new folder; `args` stand after `serve`. The config should have
    /// `server: { listen: 127.0.0.1:0 }`.
    #[track_caller]
    pub(crate) fn start(config: &str, args: &[&str], env: &[(&str, &str)]) -> Self {
        Self::start_at(&Arc::new(TestFolder::new(config)), args, env)
    }

    /// In a folder that is there already, with what an earlier one left.
    #[track_caller]
    pub(crate) fn start_at(site: &Arc<TestFolder>, args: &[&str], env: &[(&str, &str)]) -> Self {
        Self::start_by(site, site.command(&[&["serve"], args].concat(), env))
    }

    /// By a command that becomes it, e.g. a shell that sets limits first.
    #[track_caller]
    pub(crate) fn start_by(site: &Arc<TestFolder>, command: Command) -> Self {
        let mut program = TestProgram::start(command);
        let address = program.await_words("`Listening on`", |it| listening_address(&it.log()));
        Self { program, site: Arc::clone(site), address }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The folder in which it runs; hand it to [`TestGateway::start_at`] for the next run.
    pub(crate) fn site(&self) -> &Arc<TestFolder> {
        &self.site
    }

    /// POSTs JSON to a source that asks for no token.
    #[track_caller]
    pub(crate) fn post(&self, source: &str, body: &str) -> TestAnswer {
        TestRequest::post(&format!("/ingest/{source}"), body).send(self.address)
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> TestAnswer {
        TestRequest::get(path).send(self.address)
    }

    /// `fanfare` with these arguments and the address of this gateway.
    pub(crate) fn run(&self, args: &[&str], env: &[(&str, &str)]) -> FinishedCommand {
        let url = format!("http://{}", self.address);
        self.site.run(&[args, &["--url", &url]].concat(), env)
    }

    /// Waits until every delivery has come to its end.
    #[track_caller]
    pub(crate) fn until_nothing_is_owed(&self) {
        let owed =
            || self.get("/api/v1/deliveries?state=pending").json()["deliveries"].as_array().map(Vec::len);
        until("nothing is owed any more", || owed() == Some(0), PATIENCE);
    }

    /// The log so far.
    pub(crate) fn log(&self) -> String {
        self.program.log()
    }

    /// `kill -9`, and waits until it is gone.
    pub(crate) fn kill9(&mut self) {
        self.program.kill9();
    }

    /// SIGTERM, and waits until it has ended.
    #[track_caller]
    pub(crate) fn terminate_and_wait(&mut self) -> ExitStatus {
        self.program.terminate_and_wait()
    }

    /// The process, for signals and waiting.
    pub(crate) fn program(&mut self) -> &mut TestProgram {
        &mut self.program
    }
}

/// `IP:PORT` in the line that says `Listening on` and `address=IP:PORT`.
fn listening_address(log: &str) -> Option<SocketAddr> {
    let line = log.lines().find(|line| line.contains("Listening on"))?;
    let (_, value) = line.split_once("address=")?;
    value.split_whitespace().next()?.parse().ok()
}
