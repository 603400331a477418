// Shows where the reader is: every run at its step, the code, the sentence, the
// chosen lane, and what was said.

function columnOf(view) {
  const { run } = view;
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
  for (const view of views) showRun(view, { step: stepOf(view), nanos: now.nanos, column: columnOf(view) }, data);
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
  const inView = showCode(listings, scene.views, { run, actor }, data.doings);
  by("scrub").max = run.steps.length;
  by("scrub").value = now.step;
  const words = showWhere(run);
  by("scrub").setAttribute("aria-valuetext", `step ${words}`);
  by("why").setAttribute("aria-live", now.playing ? "off" : "polite");
  by("why").textContent = sentence(run, now.step);
  showLane(run);
  showSaid(run);
  showStep();
  // All is written before anything is measured: the page is laid out once.
  for (const [box, line] of inView) keepInView(box, line);
}

// Whether the time is one at which nothing happens, and more is to come.
function isBetween(run) {
  return run.axis === "time" && (now.playing || (!isDone() && now.nanos !== momentOf(run, now.step)[0]));
}

function showWhere(run) {
  const words = isBetween(run) ? passing(run) : momentOf(run, now.step)[1];
  const where = `${numberOf(run, now.step)} of ${run.of} at ${words}`;
  by("where").textContent = where;
  return where;
}

function showLane(run) {
  const lane = run.lanes[now.lane];
  const at = laneAt(lane, now.step);
  const does = at ? stateThere(run, lane, at, columnOf(now.view), data) : "not there yet";
  const place = at && run.places[at.place];
  const where = place ? ` at ${run.files[place[0]].split("/").pop()}:${place[1]}` : "";
  const kind = lane.kind === "main" ? "" : ` (${lane.kind})`;
  by("chosen").replaceChildren(element("strong", {}, lane.name), `${kind} ${does}${where}`);
  // One that leads nowhere can have the focus all the same: the bar is one stop.
  by("woke").setAttribute("aria-disabled", String(!wokenBy(lane, now.step)));
  by("previous").setAttribute("aria-disabled", String(!ownStep(-1)));
  by("following").setAttribute("aria-disabled", String(!ownStep(1)));
  const waits = at && ["parked", "ready"].includes(data.doings[at.doing]);
  by("follow").setAttribute("aria-disabled", String(!waits || !endOfWait(lane, now.step)));
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
  if (!items.length) items.push(element("li", { class: "none" }, "Nothing yet."));
  by("said").querySelector("ol").replaceChildren(...items);
}

// The step's row in its table.
function showStep() {
  document.querySelector("tr[aria-current]")?.removeAttribute("aria-current");
  const table = tables[data.runs.indexOf(current())];
  if (now.step > 0) table?.rows[now.step]?.setAttribute("aria-current", "step");
}
