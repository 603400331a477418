// Moves the reader: to a step, to a time, to a lane, to what was the reason for
// something, or to where a link leads.

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

// The entries of the browser's history that somebody has left by a link. On the
// way back the browser itself shows again what was in sight.
const LEFT = { left: true };
const wasLeft = () => Boolean(history.state?.left);

// Makes an entry for another place in the browser's history, behind one for
// this place.
function leave(hash) {
  clearTimeout(remembering);
  history.replaceState(LEFT, "", link());
  history.pushState(LEFT, "", hash);
}

// Goes to a step that is the reason for something, and to the lane that took
// it, so that one can go on from there. The way back is the browser's.
function follow(step) {
  if (step === 0) return;
  pause();
  leave(link());
  now.lane = current().steps[step - 1].lane;
  go(step);
}

// The chosen lane's next step in a direction; 0 if it has none.
function ownStep(by) {
  const { steps } = current();
  for (let step = now.step + by; step > 0 && step <= steps.length; step += by) {
    if (steps[step - 1].lane === now.lane) return step;
  }
  return 0;
}

function link() {
  const run = current();
  const world = scenes.find((scene) => scene.views[0] === now.view) ? null : run.world;
  const lane = run.lanes[now.lane].name;
  const place = isBetween(run) ? { t: `${Math.floor(now.nanos / 1e3) / 1e3}ms` } : { step: numberOf(run, now.step) };
  return writeLink({ scene: run.scene, world, ...place, lane });
}

let remembering = 0;

// Not at every step of a run that plays: browsers limit it.
function remember() {
  clearTimeout(remembering);
  remembering = setTimeout(() => history.replaceState(history.state, "", link()), 300);
}

// Goes where a link leads; what it does not say or what is not there stays. The
// way back leads where one has been.
function open(hash, isBack = false) {
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
  if (!isBack) scene.section.scrollIntoView({ block: "nearest" });
}

const goBackOrOn = () => open(location.hash, wasLeft());
addEventListener("hashchange", goBackOrOn);
addEventListener("popstate", goBackOrOn);
document.addEventListener("click", (event) => {
  const target = event.target.closest("a[href^='#scene=']");
  if (!target) return;
  event.preventDefault();
  leave(target.hash);
  open(target.hash);
});
