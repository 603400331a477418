// The buttons, the keys and the pointer, and the page as it begins.

const actions = {
  first: () => go(0),
  back: () => go(now.step - 1),
  next: () => go(now.step + 1),
  last: () => go(current().steps.length),
  woke: () => follow(wokenBy(current().lanes[now.lane], now.step)),
  follow: () => follow(endOfWait(current().lanes[now.lane], now.step)),
  previous: () => go(ownStep(-1)),
  following: () => go(ownStep(1)),
};
for (const [id, action] of Object.entries(actions)) {
  by(id).addEventListener("click", () => {
    if (by(id).getAttribute("aria-disabled") === "true") return;
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

// Whoever points at something and clicks has not gone there with the keys: they
// stay with the player.
addEventListener("click", (event) => {
  if (event.detail > 0) event.target.closest("button, summary, a[href^='#']")?.blur();
});

const KEYS = {
  ArrowLeft: "back", ArrowRight: "next", Home: "first", End: "last",
  w: "woke", f: "follow", p: "previous", n: "following",
};
addEventListener("keydown", (event) => {
  // Whatever has the focus and a use for keys has them first.
  const isScrub = event.target.id === "scrub" && event.key === " ";
  const isTaken = !isScrub && event.target.closest("input, select, button, summary, a, pre");
  if (!views.length || isTaken || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === " ") toggle();
  else if (KEYS[event.key]) by(KEYS[event.key]).click();
  else return;
  event.preventDefault();
});

// A strip is scrubbed with the pointer; where it is a lane's and shows a wait, a
// click follows that to what ended it.
function listenTo(strip, view, row) {
  let down = null;
  const columnAt = (event) => {
    const box = strip.getBoundingClientRect();
    return Math.floor(((event.clientX - box.left) / box.width) * view.run.columns);
  };
  const scrub = (column) => {
    if (now.view !== view) choose(view, 0);
    pause();
    if (view.run.axis === "steps") go(stepsUntil(view.run, column));
    else goToTime(((column + 1) * view.run.scale) / view.run.columns - 1);
  };
  strip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    down = event.clientX;
    strip.setPointerCapture(event.pointerId);
  });
  strip.addEventListener("pointermove", (event) => {
    if (down !== null && Math.abs(event.clientX - down) > 3) scrub(columnAt(event));
  });
  strip.addEventListener("pointerup", (event) => {
    const isClick = down !== null && Math.abs(event.clientX - down) <= 3;
    down = null;
    if (!isClick) return;
    const column = columnAt(event);
    const step = stepsUntil(view.run, column);
    const at = row && laneAt(row.lane, step);
    if (!at || data.doings[at.doing] !== "parked") return scrub(column);
    choose(view, row.index);
    follow(endOfWait(row.lane, step));
  });
  // The browser may have taken the finger for one that moves the page.
  strip.addEventListener("lostpointercapture", () => {
    down = null;
  });
}

// Draws what is above a scene's rows and below them, around those that are
// there already or around new ones.
function drawScene(scene) {
  scene.button = element("button", { class: "scene-name", "aria-pressed": "false" }, scene.name);
  scene.button.addEventListener("click", () => choose(scene.views[0], 0));
  const head = element("div", {}, element("h3", {}, scene.button, " ", element("span", {}, scene.about ?? "")));
  if (scene.watch) head.append(element("p", { class: "watch" }, element("strong", {}, "Watch: "), scene.watch));
  const note = (words) => element("p", { class: "note" }, words);
  if (scene.scale) head.append(note(scene.scale));
  head.append(drawRuler(scene.views[0].run));
  listenTo(head.querySelector(".ruler"), scene.views[0]);
  const foot = element("div", {}, ...(scene.notes ?? []).map(note));
  if (scene.section) {
    scene.section.firstChild.replaceWith(head);
    scene.section.lastChild.replaceWith(foot);
    return;
  }
  scene.section = element("section", { class: "scene" }, head, ...scene.views.map((view) => view.body), foot);
  for (const view of scene.views) {
    for (const row of view.rows) {
      listenTo(row.track, view, row);
      row.name.addEventListener("click", () => choose(view, row.index));
    }
  }
}

// Puts the scenes on the page, with what one does to them.
function drawScenes() {
  for (const scene of scenes) drawScene(scene);
  const sections = scenes.map((scene) => scene.section);
  const legend = drawLegend(data.runs);
  const there = [...by("scenes").children];
  // What is taken away and put back is laid out anew.
  const isThere = sections.length + 1 === there.length && sections.every((section, at) => section === there[at]);
  if (isThere) there.at(-1).replaceWith(legend);
  else by("scenes").replaceChildren(...sections, legend);
}

// Makes each row of the tables of steps a way to its step.
function readTables() {
  tables = [...document.querySelectorAll("#steps table")];
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
}

// Makes the page one that plays: all of it but what is to be done only once.
function begin() {
  if (views.length) drawScenes();
  // What is hidden is no stop of the tab key.
  for (const part of document.querySelectorAll("#bar, #scenes, .keys")) part.hidden = !views.length;
  document.body.classList.toggle("plays", views.length > 0);
  for (const list of document.querySelectorAll("[data-roving='']")) rove(list);
}

// On paper everything is there, and over.
let kept = null;
addEventListener("beforeprint", () => {
  kept = { step: now.step, nanos: now.nanos, closed: [...document.querySelectorAll("details:not([open])")] };
  for (const part of kept.closed) part.open = true;
  if (!views.length) return;
  now.step = current().steps.length;
  now.nanos = Math.max(...views.map((view) => view.run.scale));
  show();
});
addEventListener("afterprint", () => {
  if (!kept) return;
  for (const part of kept.closed) part.open = false;
  Object.assign(now, { step: kept.step, nanos: kept.nanos });
  kept = null;
  if (views.length) show();
});

// What follows the eye down the page begins below what stays at its top.
function leaveRoom() {
  const { height } = by("stick").getBoundingClientRect();
  if (height > 0) document.body.style.setProperty("--stick", `${height}px`);
  else document.body.style.removeProperty("--stick");
}
new ResizeObserver(leaveRoom).observe(by("stick"));

takeRuns(document);
begin();
leaveRoom();
readTables();
for (const bar of document.querySelectorAll("[role=toolbar]")) rove(bar, "button");
if (views.length) {
  show();
  open(location.hash);
}
