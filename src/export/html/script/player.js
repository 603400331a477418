// The player: where it is, and the buttons and keys that move it.

const data = JSON.parse(document.getElementById("data").textContent);
readRuns(data);
const by = (id) => document.getElementById(id);
const names = [...new Set(data.runs.map((run) => run.scene))];
const scenes = names.map((name) => {
  const runs = data.runs.filter((run) => run.scene === name);
  const { about, watch } = data.scenes.find((scene) => scene.name === name) ?? {};
  return { name, about, watch, views: runs.map((run) => drawRun(run, runs.length > 1)) };
});
const views = scenes.flatMap((scene) => scene.views);
const listings = readListings(by("code"));

// The run that the buttons move, its step, its chosen lane, and the time: the
// other runs are where they were at that time.
const now = { view: views[0], step: 0, lane: 0, nanos: 0, playing: false };

const current = () => now.view.run;

// ---- showing

function columnOf(view) {
  const { run } = view;
  if (view === now.view && now.step === 0 && now.nanos === 0) return 0;
  if (run.axis === "steps") {
    const step = stepOf(view);
    return step === 0 ? 0 : run.steps[step - 1].column + 1;
  }
  if (now.step === 0 && now.nanos === 0) return 0;
  return Math.floor((now.nanos * run.columns) / run.scale) + 1;
}

function stepOf(view) {
  if (view === now.view) return now.step;
  if (now.step === 0 && now.nanos === 0) return 0;
  const { run } = view;
  if (run.axis === "steps" && current().axis === "steps") {
    return now.step === 0 ? 0 : stepsUntil(run, current().steps[now.step - 1].column);
  }
  return stepAt(run, now.nanos);
}

function show() {
  const run = current();
  for (const view of views) showRun(view, stepOf(view), columnOf(view), data);
  const scene = scenes.find((scene) => scene.views.includes(now.view));
  for (const other of scenes) {
    other.section.classList.toggle("chosen", other === scene);
    other.button.setAttribute("aria-pressed", String(other === scene));
  }
  for (const view of views) {
    for (const row of view.rows) {
      const isChosen = view === now.view && row.index === now.lane;
      row.name.setAttribute("aria-pressed", String(isChosen));
      row.row.classList.toggle("chosen", isChosen);
    }
  }
  const actor = now.step > 0 ? run.steps[now.step - 1].lane : now.lane;
  showCode(listings, scene.views, { run, actor }, data.doings);
  by("scrub").max = run.steps.length;
  by("scrub").value = now.step;
  const [, words] = momentOf(run, now.step);
  const number = numberOf(run, now.step);
  by("where").textContent = `${number} of ${run.of} at ${words}`;
  by("scrub").setAttribute("aria-valuetext", `step ${number} of ${run.of} at ${words}`);
  by("why").setAttribute("aria-live", now.playing ? "off" : "polite");
  by("why").textContent = sentence(run, now.step);
  showLane(run);
  showSaid(run);
  showStep();
}

function showLane(run) {
  const lane = run.lanes[now.lane];
  const at = laneAt(lane, now.step);
  const does = at ? stateInWords(run, lane, at, data.doings) : "not there yet";
  const place = at && run.places[at.place];
  const where = place ? ` at ${run.files[place[0]].split("/").pop()}:${place[1]}` : "";
  by("chosen").replaceChildren(element("strong", {}, lane.name), ` ${does}${where}`);
  by("woke").disabled = !wokenBy(lane, now.step);
  const waits = at && ["parked", "ready"].includes(data.doings[at.doing]);
  by("follow").disabled = !waits || !endOfWait(lane, now.step);
}

// So many lines are in sight.
const LINES = 6;

function showSaid(run) {
  const said = [];
  for (let step = now.step; step > 0 && said.length < LINES; step -= 1) {
    if (run.steps[step - 1].said) said.unshift(step);
  }
  const items = said.map((step) => element("li", {}, element("time", {}, momentOf(run, step)[1]), ` ${sentence(run, step)}`));
  by("said").hidden = !run.steps.some((step) => step.said);
  by("said").querySelector("ol").replaceChildren(...items);
}

// The step's row in its table.
function showStep() {
  document.querySelector("tr[aria-current]")?.removeAttribute("aria-current");
  const table = tables[data.runs.indexOf(current())];
  if (now.step > 0) table?.rows[now.step]?.setAttribute("aria-current", "step");
}

// ---- moving

function go(step) {
  const run = current();
  now.step = Math.max(0, Math.min(step, run.steps.length));
  now.nanos = momentOf(run, now.step)[0];
  show();
  remember();
}

function goToTime(nanos) {
  now.nanos = Math.max(0, Math.min(nanos, current().scale));
  now.step = stepAt(current(), now.nanos);
  show();
  remember();
}

function choose(view, lane) {
  if (view !== now.view) {
    now.step = stepOf(view);
    now.view = view;
  }
  now.lane = lane;
  show();
  remember();
}

// Goes to a step that is the reason for something, and to the lane that took
// it, so that one can go on from there. The way back is the browser's.
function follow(step) {
  if (step === 0) return;
  pause();
  history.pushState(null, "", link());
  now.lane = current().steps[step - 1].lane;
  go(step);
}

function ownStep(by) {
  const { steps } = current();
  for (let step = now.step + by; step > 0 && step <= steps.length; step += by) {
    if (steps[step - 1].lane === now.lane) return go(step);
  }
}

// ---- the address

function link() {
  const run = current();
  const world = scenes.find((scene) => scene.views[0] === now.view) ? null : run.world;
  const lane = run.lanes[now.lane].name;
  return writeLink({ scene: run.scene, world, step: numberOf(run, now.step), lane });
}

let remembering = 0;

// Not at every step of a run that plays: browsers limit it.
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(() => history.replaceState(null, "", link()), 300);
}

// Goes where a link leads; what it does not say or what is not there stays.
function open(hash) {
  const wanted = readLink(hash);
  if (wanted.reveal) by("reveal").open = true;
  const isPlace = [wanted.step, wanted.nanos, wanted.lane].some((part) => part !== null);
  const scene = scenes.find((scene) => scene.name === wanted.scene) ?? (isPlace && wanted.scene === null ? scenes[0] : null);
  if (!scene) return;
  clearTimeout(remembering);
  pause();
  now.view = scene.views.find((view) => view.run.world === wanted.world) ?? scene.views[0];
  const run = current();
  now.lane = Math.max(0, run.lanes.findIndex((lane) => lane.name === wanted.lane));
  if (wanted.step !== null) {
    now.step = stepNumbered(run, wanted.step);
    if (wanted.lane === null && now.step > 0) now.lane = run.steps[now.step - 1].lane;
    go(now.step);
  } else if (wanted.nanos !== null) goToTime(wanted.nanos);
  else go(0);
}

addEventListener("hashchange", () => open(location.hash));
addEventListener("popstate", () => open(location.hash));
document.addEventListener("click", (event) => {
  const target = event.target.closest("a[href^='#scene=']");
  if (!target) return;
  event.preventDefault();
  history.pushState(null, "", target.hash);
  open(target.hash);
  by("bar").scrollIntoView();
});

// ---- playing

// What takes longer than that in all is played faster.
const LONGEST = 20e9;
// Where everything happens at one moment, so many steps a second.
const STEPS = 2;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let before = 0;
let owed = 0;

function play() {
  const run = current();
  if (now.step >= run.steps.length) {
    now.step = 0;
    now.nanos = 0;
  }
  now.playing = true;
  by("play").textContent = "Pause";
  before = performance.now();
  owed = 0;
  requestAnimationFrame(tick);
}

function pause() {
  if (!now.playing) return;
  now.playing = false;
  by("play").textContent = "Play";
  remember();
  show();
}

function tick(at) {
  if (!now.playing) return;
  const passed = Math.max(0, at - before) * Number(by("speed").value);
  before = at;
  const run = current();
  if (run.axis === "steps") {
    owed += (passed / 1000) * STEPS;
    now.step = Math.min(now.step + Math.floor(owed), run.steps.length);
    owed %= 1;
    now.nanos = momentOf(run, now.step)[0];
  } else {
    now.nanos += passed * 1e6 * Math.max(1, run.scale / LONGEST);
    now.step = stepAt(run, now.nanos);
  }
  const isOver = now.step >= run.steps.length && (run.axis === "steps" || now.nanos >= run.scale);
  // Without motion a step is shown when it is taken, and nothing glides.
  if (!calm.matches || now.step !== now.view.step || isOver) show();
  if (isOver) pause();
  else requestAnimationFrame(tick);
}

// ---- the buttons and the keys

const actions = {
  first: () => go(0),
  back: () => go(now.step - 1),
  next: () => go(now.step + 1),
  last: () => go(current().steps.length),
  woke: () => follow(wokenBy(current().lanes[now.lane], now.step)),
  follow: () => follow(endOfWait(current().lanes[now.lane], now.step)),
  previous: () => ownStep(-1),
  following: () => ownStep(1),
};
for (const [id, action] of Object.entries(actions)) {
  by(id).addEventListener("click", () => {
    pause();
    action();
  });
}
const toggle = () => (now.playing ? pause() : play());
by("play").addEventListener("click", toggle);
by("scrub").addEventListener("input", (event) => {
  pause();
  go(Number(event.target.value));
});

const KEYS = {
  ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last",
  w: "woke", f: "follow", p: "previous", n: "following",
};
addEventListener("keydown", (event) => {
  // Whatever has the focus and a use for keys has them first.
  const isTaken = event.target.closest("input, select, button, summary, a, pre");
  if (isTaken || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === " ") toggle();
  else if (KEYS[event.key]) by(KEYS[event.key]).click();
  else return;
  event.preventDefault();
});

// ---- setting up

// A strip is scrubbed with the pointer; where it shows a wait, a click follows
// that to what ended it.
function listenTo(scene, view) {
  let down = null;
  const columnAt = (event, strip) => {
    const box = strip.getBoundingClientRect();
    return Math.floor(((event.clientX - box.left) / box.width) * view.run.columns);
  };
  const scrub = (column) => {
    if (now.view !== view) choose(view, 0);
    pause();
    if (view.run.axis === "steps") go(stepsUntil(view.run, column));
    else goToTime(((column + 1) * view.run.scale) / view.run.columns - 1);
  };
  const rulers = view === scene.views[0] ? scene.ruler.querySelectorAll(".ruler") : [];
  for (const strip of [...view.body.querySelectorAll(".strip"), ...rulers]) {
    const row = view.rows.find((row) => row.track === strip);
    strip.addEventListener("pointerdown", (event) => {
      down = event.clientX;
      strip.setPointerCapture(event.pointerId);
    });
    strip.addEventListener("pointermove", (event) => {
      if (down !== null && Math.abs(event.clientX - down) > 3) scrub(columnAt(event, strip));
    });
    strip.addEventListener("pointerup", (event) => {
      const isClick = down !== null && Math.abs(event.clientX - down) <= 3;
      down = null;
      if (!isClick) return;
      const column = columnAt(event, strip);
      const step = stepsUntil(view.run, column);
      const at = row && laneAt(row.lane, step);
      if (!at || data.doings[at.doing] !== "parked") return scrub(column);
      choose(view, row.index);
      follow(endOfWait(row.lane, step));
    });
  }
  for (const row of view.rows) {
    row.name.addEventListener("click", () => choose(view, row.index));
  }
}

for (const scene of scenes) {
  scene.button = element("button", { class: "scene-name", "aria-pressed": "false" }, scene.name);
  const about = element("span", {}, scene.about ?? "");
  scene.section = element("section", { class: "scene" }, element("h3", {}, scene.button, " ", about));
  if (scene.watch) scene.section.append(element("p", { class: "watch" }, element("strong", {}, "Watch: "), scene.watch));
  scene.ruler = drawRuler(scene.views[0].run);
  scene.section.append(scene.ruler, ...scene.views.map((view) => view.body));
  scene.button.addEventListener("click", () => choose(scene.views[0], 0));
  by("scenes").append(scene.section);
  for (const view of scene.views) listenTo(scene, view);
}
by("scenes").append(drawLegend(data.runs));
const tables = [...document.querySelectorAll("#steps table")];
tables.forEach((table, index) => {
  [...table.rows].slice(1).forEach((row, at) => {
    const number = row.cells[0].textContent;
    const button = element("button", {}, number);
    button.addEventListener("click", () => {
      choose(views[index], now.lane < views[index].run.lanes.length ? now.lane : 0);
      follow(at + 1);
    });
    row.cells[0].replaceChildren(button);
    row.removeAttribute("id");
  });
  rove(table, "button");
});
for (const list of document.querySelectorAll("[data-roving]")) rove(list);
for (const bar of document.querySelectorAll("[role=toolbar]")) rove(bar, "button");
for (const hidden of document.querySelectorAll("#bar, #scenes, .keys")) hidden.hidden = false;
document.body.classList.add("plays");

// On paper everything is there, and over.
let kept = null;
addEventListener("beforeprint", () => {
  kept = { step: now.step, nanos: now.nanos, closed: [...document.querySelectorAll("details:not([open])")] };
  for (const part of kept.closed) part.open = true;
  now.step = current().steps.length;
  now.nanos = Math.max(...views.map((view) => view.run.scale));
  show();
});
addEventListener("afterprint", () => {
  if (!kept) return;
  for (const part of kept.closed) part.open = false;
  Object.assign(now, { step: kept.step, nanos: kept.nanos });
  kept = null;
  show();
});

if (views.length) {
  show();
  open(location.hash);
} else by("bar").hidden = true;
