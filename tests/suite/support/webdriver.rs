//! A browser that does what a test says: Chromium, by the WebDriver protocol
//! (https://www.w3.org/TR/webdriver2/), as much of it as is needed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::Agent;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A window. It is closed when this is dropped.
pub struct Browser {
    driver: Child,
    agent: Agent,
    session: String,
}

/// Starts chromedriver, and says at which port; `None` if it has ended again.
fn started() -> std::io::Result<Option<(Child, u16)>> {
    let driver = Command::new("chromedriver")
        .arg("--port=0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut driver = driver.inspect_err(|_| {
        eprintln!("left out: there is no chromedriver to open a browser");
    })?;
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let started = "started successfully on port ";
    let port = lines.find_map(|line| {
        let line = line.unwrap();
        let (_, port) = line.split_once(started)?;
        Some(port.trim_end_matches('.').parse().unwrap())
    });
    // Whatever it says later has to go somewhere.
    std::thread::spawn(move || lines.for_each(drop));
    match port {
        Some(port) => Ok(Some((driver, port))),
        None => driver.wait().map(|_| None),
    }
}

impl Browser {
    /// Opens a window; `None`, which is said, where there is no chromedriver.
    pub fn open(width: u32, height: u32) -> Option<Browser> {
        // It takes a port that is free, and ends if another protocol's port of
        // that number is not.
        let started = (0..5).find_map(|_| started().transpose());
        let (driver, port) = started.expect("chromedriver starts").ok()?;
        let config = Agent::config_builder().http_status_as_error(false);
        let mut browser = Browser {
            driver,
            agent: config.build().into(),
            session: format!("http://127.0.0.1:{port}/session"),
        };
        let options = json!({"args": [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            format!("--window-size={width},{height}"),
        ]});
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let made = browser.post("", &wanted);
        let id = made["sessionId"].as_str().unwrap();
        browser.session = format!("{}/{id}", browser.session);
        // Headless, a window's size has its frame in it, and the page is lower.
        let size = json!({"width": width, "height": height,
            "deviceScaleFactor": 1, "mobile": false});
        browser.tool("Emulation.setDeviceMetricsOverride", &size);
        Some(browser)
    }

    /// What a command gives.
    fn post(&self, command: &str, body: &Value) -> Value {
        match self.try_post(command, body) {
            Ok(value) => value,
            Err(why) => panic!("{command}: {why}"),
        }
    }

    /// The same, or what the driver says instead.
    fn try_post(&self, command: &str, body: &Value) -> Result<Value, String> {
        let url = format!("{}{command}", self.session);
        let mut answer = self.agent.post(&url).send(body.to_string()).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        let answer_is: Value = serde_json::from_str(&text).unwrap();
        match answer.status().is_success() {
            true => Ok(answer_is["value"].clone()),
            false => Err(text),
        }
    }

    /// Opens a file at a link.
    pub fn go(&self, file: &Path, link: &str) {
        self.visit(&format!("file://{}{link}", file.display()));
    }

    /// Opens an address.
    pub fn visit(&self, url: &str) {
        // The same page with another link is not loaded anew.
        self.post("/url", &json!({"url": "about:blank"}));
        self.post("/url", &json!({"url": url}));
    }

    /// What a script returns.
    pub fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// What a script hands over when it is ready to.
    pub fn wait_for(&self, script: &str) -> Value {
        self.post("/execute/async", &json!({"script": script, "args": []}))
    }

    /// A text in the page.
    pub fn text(&self, selector: &str) -> String {
        let script =
            format!("return document.querySelector('{selector}').textContent");
        self.run(&script).as_str().unwrap().to_owned()
    }

    /// Clicks on what a selector finds first.
    pub fn click(&self, selector: &str) {
        let script = format!("document.querySelector('{selector}').click()");
        self.run(&script);
    }

    /// Waits until a script says that something is so.
    pub fn until(&self, what: &str, script: &str) {
        let begun = Instant::now();
        let script = json!({"script": script, "args": []});
        // A page that is on its way to the next one runs no script.
        let is_so = || self.try_post("/execute/sync", &script);
        while is_so() != Ok(json!(true)) {
            assert!(begun.elapsed() < PATIENCE, "still not: {what}");
            sleep(Duration::from_millis(10));
        }
    }

    /// Presses keys, one after the other. Those without a letter have one in
    /// the protocol: [`TAB`] and the like.
    pub fn press(&self, keys: &str) {
        let keys = keys.chars().flat_map(|key| {
            ["keyDown", "keyUp"]
                .map(|kind| json!({"type": kind, "value": key.to_string()}))
        });
        let actions = json!({"actions": [{"type": "key", "id": "keys",
            "actions": keys.collect::<Vec<_>>()}]});
        self.post("/actions", &actions);
    }

    /// Moves the pointer to the first of these points, presses there, and lets
    /// go at the last.
    pub fn drag(&self, points: &[(i64, i64)]) {
        let to = |(x, y): &(i64, i64)| json!({"type": "pointerMove", "duration": 0, "x": x, "y": y});
        let mut actions = vec![to(&points[0])];
        actions.push(json!({"type": "pointerDown", "button": 0}));
        actions.extend(points[1..].iter().map(to));
        actions.push(json!({"type": "pointerUp", "button": 0}));
        let actions = json!({"actions": [{"type": "pointer", "id": "mouse",
            "actions": actions}]});
        self.post("/actions", &actions);
    }

    /// A command to the browser's own tools.
    pub fn tool(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.post("/goog/cdp/execute", &body)
    }

    /// Light or dark, with motion or without.
    pub fn prefers(&self, scheme: &str, motion: &str) {
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": motion},
        ]});
        self.tool("Emulation.setEmulatedMedia", &features);
    }

    /// What the console has heard since the last time.
    pub fn complaints(&self) -> Vec<String> {
        let heard = self.post("/se/log", &json!({"type": "browser"}));
        let heard = heard.as_array().unwrap().iter();
        heard.map(|entry| entry["message"].to_string()).collect()
    }

    /// What was asked for since the last time.
    pub fn requests(&self) -> Vec<String> {
        let heard = self.post("/se/log", &json!({"type": "performance"}));
        let heard = heard.as_array().unwrap().iter();
        let urls = heard.filter_map(|entry| {
            let message = entry["message"].as_str()?;
            let message: Value = serde_json::from_str(message).ok()?;
            let message = &message["message"];
            let is_request = message["method"] == "Network.requestWillBeSent";
            let url = message["params"]["request"]["url"].as_str()?;
            is_request.then(|| url.to_owned())
        });
        urls.collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Closes the window, too.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Keys that have no letter.
pub const TAB: char = '\u{e004}';
pub const ENTER: char = '\u{e007}';
pub const END: char = '\u{e010}';
pub const HOME: char = '\u{e011}';
pub const LEFT: char = '\u{e012}';
pub const RIGHT: char = '\u{e014}';
pub const DOWN: char = '\u{e015}';
