// A page whose knobs can be moved. Each setting is a page of its own: it is
// asked for, and what is different in it is taken over. So a setting is a link,
// and without a script the form asks for the same page.

const form = by("knobs");
const isMeasured = "measured" in form.dataset;
const knobs = [...form.querySelectorAll(".knob")].map((knob) => ({
  slider: knob.querySelector("[type=range]"),
  field: knob.querySelector("[name]"),
}));

// A time in milliseconds, as somebody would type it.
function typedTime(millis) {
  if (millis < 1e3) return `${millis}ms`;
  return millis < 60e3 ? `${millis / 1e3}s` : inUnits(millis);
}

// What a slider stands at, as it is typed, and the other way round.
function readSlider(slider) {
  const value = Math.max(slider.valueAsNumber, Number(slider.dataset.least));
  return slider.dataset.unit === "time" ? typedTime(value) : String(value);
}
function setSlider(slider, text) {
  const value = slider.dataset.unit === "time" ? readTime(text) / 1e6 : Number(text);
  if (value > 0) slider.value = value;
  slider.setAttribute("aria-valuetext", text);
}

// The setting, as a link has it: what is not the article's.
function setting() {
  const set = knobs.map(({ field }) => [field.name, field.value.trim(), field.dataset.article]);
  const fields = set.filter(([, value, article]) => value && value !== article);
  const query = new URLSearchParams(fields.map(([name, value]) => [name, value])).toString();
  return query ? `?${query}` : "";
}

// Puts the fields where a link has them.
function readSetting(query) {
  const fields = new URLSearchParams(query);
  for (const { field, slider } of knobs) {
    field.value = fields.get(field.name) ?? field.dataset.article;
    if (slider && field.value) setSlider(slider, field.value);
  }
}

// While one is on its way, the latest that is wanted waits: the setting as a
// link has it; whether it is to be measured, where that is all that can be done,
// which is not because a knob has moved; and where in the run the browser has
// gone back to, if it has.
let wanted = null;
let isAsking = false;
// The setting that is asked about, and the one that what is shown is of.
let set = setting();
let played = set;

function ask(query, { isRun = !isMeasured, hash = null } = {}) {
  wanted = { query, isRun, hash };
  if (!isAsking) askOn();
}

async function askOn() {
  isAsking = true;
  by("scenes").setAttribute("aria-busy", "true");
  try {
    while (wanted) {
      const next = wanted;
      wanted = null;
      await answer(next);
    }
  } finally {
    // Whatever broke: the next one is asked for.
    by("scenes").removeAttribute("aria-busy");
    isAsking = false;
  }
}

async function answer({ query, isRun, hash }) {
  const measures = isRun && isMeasured;
  if (measures) {
    by("busy").textContent = `Being measured; it ${by("takes").textContent}.`;
    // It keeps the focus.
    by("run").setAttribute("aria-disabled", "true");
  }
  const more = measures ? `${query ? "&" : "?"}measure=1` : "";
  const answered = await whole(location.pathname + query + more).catch(() => null);
  const { page, steps } = answered ? parsed(answered.text) : {};
  by("busy").textContent = "";
  by("run").setAttribute("aria-disabled", "false");
  // Whoever has gone back meanwhile has left what this is an answer to.
  if (wanted && wanted.hash !== null) return;
  // A hand that goes on moving sees each answer that there is time for; what
  // was wrong on its way is not worth a word.
  if (!page) complain("Nobody answers: the program that this page is from has ended");
  else if (!answered.ok || page.getElementById("refusal")) {
    if (!wanted) refuse(page);
  } else if (isRun) take(page, steps, query, hash);
  else announce(page, query, hash);
}

// An answer that has come to its end.
async function whole(address) {
  const answered = await fetch(address, { cache: "no-store" });
  return { ok: answered.ok, text: await answered.text() };
}

// A page, of which nothing is shown yet: its style is this one's. The tables of
// its steps are by far the most of it, and are kept as a text until the hand
// rests.
function parsed(text) {
  let steps = "";
  const rest = text.replace(/(<section id="steps"[^>]*>)([^]*?)(?=<[/]section>)/, (_, begin, inside) => {
    steps = inside;
    return begin;
  });
  const page = new DOMParser().parseFromString(rest.replace(/<(style)>[^]*?<[/]\1>/, ""), "text/html");
  return { page, steps };
}

function complain(words) {
  by("fault").textContent = views.length ? `${words}. What is shown is the run before.` : `${words}.`;
  by("fault").hidden = false;
  document.body.classList.add("stale");
}

function refuse(page) {
  const parts = [...page.querySelectorAll("#refusal p, #refusal li")];
  const words = parts.map((part) => part.textContent).join("; ") || page.body.textContent.trim().replace(/[.]$/, "");
  complain(words);
  const named = words.split(/[^\w-]+/);
  for (const { field } of knobs) field.setAttribute("aria-invalid", String(named.includes(`--${field.name}`)));
}

// What is different in a page of other knobs.
const PARTS = ["header", "#question", "#story", "#reveal > div", "footer"];

function take(page, steps, query, hash) {
  const isPlaying = now.playing;
  const was = place();
  pause();
  takeParts(page, PARTS);
  for (const id of ["reveal", "steps"]) by(id).hidden = page.getElementById(id).hidden;
  if (!views.length) {
    // Where its code is to be seen is known only now.
    for (const file of document.querySelectorAll(".file")) {
      file.open = [...page.querySelectorAll(".file[open]")].some((its) => its.dataset.file === file.dataset.file);
    }
  }
  takeRuns(page);
  begin();
  settle(page, query, hash !== null);
  if (views.length) goBack(was);
  if (hash) open(hash, wasLeft());
  if (isPlaying) playOn();
  played = query;
  takeSteps(steps);
}

// So long after the last answer the hand rests.
const RESTS = 200;
let resting = 0;

// Shows the tables of the steps when it does; until then nobody uses those of
// the run before.
function takeSteps(html) {
  const steps = by("steps");
  steps.inert = true;
  clearTimeout(resting);
  resting = setTimeout(() => {
    const isOpen = [...steps.querySelectorAll("details")].map((table) => table.open);
    steps.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    steps.querySelectorAll("details").forEach((table, index) => {
      table.open = isOpen[index] ?? false;
    });
    readTables();
    if (views.length) showStep();
    steps.inert = false;
  }, RESTS);
}

// What is shown is not of these knobs, until it is measured anew.
function announce(page, query, hash) {
  takeParts(page, ["#question", "#takes"]);
  if (!views.length) takeParts(page, ["footer"]);
  settle(page, query, hash !== null);
  if (!views.length || query === played) return;
  document.body.classList.add("stale");
  by("busy").textContent = "What is shown was measured with other knobs.";
}

// So long after the last move of a hand, the next one is another.
const HAND = 1000;
let moved = -HAND;

function settle(page, query, isBack) {
  takeParts(page, ["#typed"]);
  by("fault").hidden = true;
  document.body.classList.remove("stale");
  for (const { field, slider } of knobs) {
    field.removeAttribute("aria-invalid");
    if (!slider) continue;
    // It goes as far as the other knobs allow.
    const its = page.getElementById(field.id).previousElementSibling;
    for (const part of ["min", "max"]) slider[part] = its[part];
    // One that follows another knob has moved with it. So has one of which a
    // time was typed that only the command line can read; but who moves it on
    // meanwhile has it in his hand.
    if (field.value && query !== setting()) continue;
    slider.value = its.value;
    slider.setAttribute("aria-valuetext", field.value || field.placeholder);
  }
  const isNew = query !== set && !isBack && performance.now() - moved > HAND;
  moved = isBack ? -HAND : performance.now();
  set = query;
  if (!isBack) address(isNew);
}

// What of it the address has, and what will write the rest.
let addressed = location.search;
let addressing = 0;

// Puts the setting in the address. The way back is from one move to the one
// before, and not through all that a hand has passed: while it moves, the
// address waits. Browsers limit how often it changes, and some break off what
// goes beyond.
function address(isNew) {
  waitNoMore();
  if (isNew) writeAddress("pushState");
  else addressing = setTimeout(writeAddress, RESTS, "replaceState");
}

function writeAddress(how) {
  waitNoMore();
  addressed = set;
  history[how](history.state, "", location.pathname + set + location.hash);
}

function waitNoMore() {
  clearTimeout(addressing);
  addressing = 0;
}

// What is left with a click has its whole address.
for (const kind of ["pointerdown", "click", "pagehide"]) {
  addEventListener(kind, () => addressing && writeAddress("replaceState"), true);
}

function takeParts(page, parts) {
  for (const part of parts) {
    const [own, its] = [document, page].map((from) => from.querySelector(part));
    if (own && its && !own.isEqualNode(its)) own.replaceChildren(...its.childNodes);
  }
}

// Where the reader is, in words that mean something in another run as well:
// whoever has seen the whole of one sees the whole of the other.
function place() {
  if (!views.length) return { isWhole: true };
  const run = current();
  const isWhole = isDone() && !now.playing;
  return { isWhole, isBegun: now.step > 0, nanos: now.nanos, scene: run.scene, world: run.world, lane: run.lanes[now.lane].name };
}

function goBack(was) {
  const scene = scenes.find((scene) => scene.name === was.scene) ?? scenes[0];
  now.view = scene.views.find((view) => view.run.world === was.world) ?? scene.views[0];
  const run = current();
  now.lane = Math.max(0, run.lanes.findIndex((lane) => lane.name === was.lane));
  now.nanos = was.isWhole ? Math.max(...views.map((view) => view.run.scale)) : Math.min(was.nanos, run.scale);
  now.step = was.isWhole ? run.steps.length : was.isBegun ? stepAt(run, now.nanos) : 0;
  show();
  remember();
}

for (const { slider, field } of knobs) {
  if (slider) {
    slider.hidden = false;
    slider.setAttribute("aria-valuetext", field.value || field.placeholder);
    slider.addEventListener("input", () => {
      field.value = readSlider(slider);
      slider.setAttribute("aria-valuetext", field.value);
      ask(setting());
    });
  }
  field.addEventListener("change", () => {
    // One that is emptied is as in the article.
    field.value = field.value.trim() || field.dataset.article;
    if (slider && field.value) setSlider(slider, field.value);
    ask(setting());
  });
}
by("run").hidden = !isMeasured;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (by("run").getAttribute("aria-disabled") !== "true") ask(setting(), { isRun: true });
});
by("article").addEventListener("click", (event) => {
  // Somewhere else, if that is wanted.
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  readSetting("");
  ask("");
});
addEventListener("popstate", () => {
  if (location.search === addressed) return;
  waitNoMore();
  addressed = location.search;
  readSetting(location.search);
  ask(setting(), { hash: location.hash });
});
