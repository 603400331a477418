//! The records of the Trace Event Format, one a line: the letter of its phase
//! says what a record is, and which fields it has follows from that.

use std::io::{self, Write};

use serde_json::Value;

/// A file that is being written.
pub(super) struct Records<'a> {
    out: &'a mut dyn Write,
    is_empty: bool,
    /// The number of the next thread. A process has the number of its first
    /// one, and no two threads have one number: not all readers keep the
    /// threads of two processes apart.
    pub next_thread: u64,
    /// The number of the next arrow.
    pub next_flow: u64,
}

/// The thread that a record is of.
#[derive(Clone, Copy)]
pub(super) struct Track {
    pub process: u64,
    pub thread: u64,
}

/// What is said beside a record.
pub(super) type Args<'a> = &'a [(&'static str, Value)];

impl<'a> Records<'a> {
    pub fn begin(out: &'a mut dyn Write) -> io::Result<Records<'a>> {
        write!(out, "{{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")?;
        Ok(Records {
            out,
            is_empty: true,
            next_thread: 1,
            next_flow: 1,
        })
    }

    /// The end of the file, with what is to be said of all of it.
    pub fn end(self, about: &Value) -> io::Result<()> {
        writeln!(self.out, "\n],\"otherData\":{about}}}")
    }

    /// Something about a process or a thread: what it is called, where it
    /// stands.
    pub fn about(
        &mut self,
        track: Track,
        name: &str,
        key: &'static str,
        value: Value,
    ) -> io::Result<()> {
        self.open('M', track)?;
        self.text("name", name)?;
        self.close(&[(key, value)])
    }

    /// A slice begins.
    pub fn slice(
        &mut self,
        track: Track,
        at: u64,
        kind: &str,
        name: &str,
        args: Args,
    ) -> io::Result<()> {
        self.open_at('B', track, at)?;
        self.named(kind, name, args)
    }

    /// The slice that began last on a thread is over.
    pub fn slice_ends(&mut self, track: Track, at: u64) -> io::Result<()> {
        self.open_at('E', track, at)?;
        self.close(&[])
    }

    /// A moment on a thread.
    pub fn instant(
        &mut self,
        track: Track,
        at: u64,
        kind: &str,
        name: &str,
        args: Args,
    ) -> io::Result<()> {
        self.open_at('i', track, at)?;
        // It is as high as its thread's row.
        self.text("s", "t")?;
        self.named(kind, name, args)
    }

    /// How much there is of something of a process.
    pub fn counter(
        &mut self,
        track: Track,
        at: u64,
        name: &str,
        args: Args,
    ) -> io::Result<()> {
        self.open_at('C', track, at)?;
        self.text("name", name)?;
        self.close(args)
    }

    /// An arrow begins in the slice that is open on a thread.
    pub fn flow(&mut self, track: Track, at: u64, id: u64) -> io::Result<()> {
        self.open_at('s', track, at)?;
        self.arrow(id)
    }

    /// An arrow ends in the slice that is open on a thread, and not in the next
    /// one, as it would without `bp`.
    pub fn flow_ends(
        &mut self,
        track: Track,
        at: u64,
        id: u64,
    ) -> io::Result<()> {
        self.open_at('f', track, at)?;
        self.text("bp", "e")?;
        self.arrow(id)
    }

    /// The two ends of an arrow have these in common.
    fn arrow(&mut self, id: u64) -> io::Result<()> {
        write!(self.out, ",\"id\":{id}")?;
        self.named("wake", "wakes", &[])
    }

    /// The rest of what is of some kind and has a name.
    fn named(&mut self, kind: &str, name: &str, args: Args) -> io::Result<()> {
        self.text("cat", kind)?;
        self.text("name", name)?;
        self.close(args)
    }

    fn open(&mut self, phase: char, track: Track) -> io::Result<()> {
        let between = if self.is_empty { "\n" } else { ",\n" };
        self.is_empty = false;
        let Track { process, thread } = track;
        write!(
            self.out,
            "{between}{{\"ph\":\"{phase}\",\"pid\":{process},\"tid\":{thread}"
        )
    }

    /// Something that happens at a time: nanoseconds, in the format's
    /// microseconds. No float is between: of those of a week the last digit
    /// would be lost.
    fn open_at(
        &mut self,
        phase: char,
        track: Track,
        at: u64,
    ) -> io::Result<()> {
        self.open(phase, track)?;
        write!(self.out, ",\"ts\":{}.{:03}", at / 1000, at % 1000)
    }

    fn text(&mut self, key: &str, text: &str) -> io::Result<()> {
        write!(self.out, ",\"{key}\":")?;
        serde_json::to_writer(&mut self.out, text)?;
        Ok(())
    }

    fn close(&mut self, args: Args) -> io::Result<()> {
        let mut before = ",\"args\":{";
        for (key, value) in args {
            write!(self.out, "{before}\"{key}\":{value}")?;
            before = ",";
        }
        let after = if args.is_empty() { "}" } else { "}}" };
        write!(self.out, "{after}")
    }
}
