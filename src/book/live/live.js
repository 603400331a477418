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
  if (millis < 60e3) return `${millis / 1e3}s`;
  const parts = [[Math.floor(millis / 36e5), "h"], [Math.floor(millis / 6e4) % 60, "m"], [(millis / 1e3) % 60, "s"]];
  return parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`).join(" ");
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

// While one is on its way, the latest that is wanted waits. What can only be
// measured is measured if that is wanted, and not because a knob has moved.
let wanted = null;
let isAsking = false;
let shown = location.search;

function ask(query, isRun = !isMeasured) {
  wanted = { query, isRun };
  if (!isAsking) askOn();
}

async function askOn() {
  isAsking = true;
  form.setAttribute("aria-busy", "true");
  try {
    while (wanted) {
      const { query, isRun } = wanted;
      wanted = null;
      await answer(query, isRun);
    }
  } finally {
    // Whatever broke: the next one is asked for.
    form.removeAttribute("aria-busy");
    isAsking = false;
  }
}

async function answer(query, isRun) {
  const measures = isRun && isMeasured;
  if (measures) {
    by("busy").textContent = `Being measured; it ${by("takes").textContent}.`;
    by("run").disabled = true;
  }
  const more = measures ? `${query ? "&" : "?"}measure=1` : "";
  const answered = await whole(location.pathname + query + more).catch(() => null);
  const { page, steps } = answered ? parsed(answered.text) : {};
  by("busy").textContent = "";
  by("run").disabled = false;
  // A hand that goes on moving sees each answer that there is time for; what
  // was wrong on its way is not worth a word.
  if (!page) complain("Nobody answers: the program that this page is from has ended");
  else if (answered.ok && isRun) take(page, steps, query);
  else if (answered.ok) announce(page, query);
  else if (!wanted) refuse(page);
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
  complain(parts.map((part) => part.textContent).join("; ") || page.body.textContent.trim().replace(/[.]$/, ""));
}

// What is different in a page of other knobs.
const PARTS = ["header", "#question", "#story", "#reveal > div", "footer"];

function take(page, steps, query) {
  pause();
  const was = place();
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
  settle(page, query);
  if (views.length) goBack(was);
  takeSteps(steps);
}

// Until then nobody uses those of the runs before.
const RESTS = 200;
let resting = 0;

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
function announce(page, query) {
  takeParts(page, ["#question", "#takes"]);
  settle(page, query);
  document.body.classList.add("stale");
  if (views.length) by("busy").textContent = "What is shown was measured with other knobs.";
}

function settle(page, query) {
  takeParts(page, ["#typed"]);
  by("fault").hidden = true;
  document.body.classList.remove("stale");
  for (const { field, slider } of knobs) {
    // One that follows another knob has moved with it.
    const its = page.getElementById(field.id).previousElementSibling;
    if (slider && !field.value) slider.value = its.value;
  }
  shown = query;
  history.replaceState(null, "", location.pathname + query + location.hash);
}

function takeParts(page, parts) {
  for (const part of parts) {
    const [own, its] = [document, page].map((from) => from.querySelector(part));
    if (own && its && !own.isEqualNode(its)) own.replaceChildren(...its.childNodes);
  }
}

// Where the reader is, in words that mean something in another run as well. At
// the beginning there is nothing to be seen: then he sees the whole of it.
function place() {
  if (!views.length) return { isWhole: true };
  const run = current();
  const isWhole = now.step === 0 || now.step >= run.steps.length;
  return { isWhole, nanos: now.nanos, scene: run.scene, world: run.world, lane: run.lanes[now.lane].name };
}

function goBack(was) {
  const scene = scenes.find((scene) => scene.name === was.scene) ?? scenes[0];
  now.view = scene.views.find((view) => view.run.world === was.world) ?? scene.views[0];
  const run = current();
  now.lane = Math.max(0, run.lanes.findIndex((lane) => lane.name === was.lane));
  now.nanos = was.isWhole ? Math.max(...views.map((view) => view.run.scale)) : Math.min(was.nanos, run.scale);
  now.step = was.isWhole ? run.steps.length : stepAt(run, now.nanos);
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
    if (slider && field.value) setSlider(slider, field.value);
    ask(setting());
  });
}
by("run").hidden = !isMeasured;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  ask(setting(), true);
});
by("article").addEventListener("click", (event) => {
  event.preventDefault();
  readSetting("");
  ask("");
});
addEventListener("popstate", () => {
  if (location.search === shown) return;
  readSetting(location.search);
  ask(location.search);
});
