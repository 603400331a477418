//! Records a small tokio program, saves the trace, and reads it back.

use std::fs::File;
use std::io::{self, BufReader};
use std::time::Duration;

use asyncade::stage::{Lane, record, say, sleep, traced};
use asyncade::trace::ndjson;

#[traced]
async fn fetch(name: &'static str, millis: u64) -> Result<usize, String> {
    sleep(Duration::from_millis(millis)).await;
    say!("{name} is there");
    Ok(name.len())
}

fn main() -> io::Result<()> {
    let recording = record("fetch two", async {
        let a = tokio::spawn(fetch("a page", 20).try_lane("a"));
        let b = tokio::spawn(fetch("an image", 10).try_lane("b"));
        tokio::join!(a, b)
    })?;
    println!("{:?}", recording.output);

    let path = std::env::temp_dir().join("fetch-two.ndjson");
    ndjson::write(&recording.trace, &mut File::create(&path)?)?;
    let traces = ndjson::read(BufReader::new(File::open(&path)?));
    let traces = traces.map_err(io::Error::other)?;
    println!("{} events in {}", traces[0].events.len(), path.display());
    Ok(())
}
