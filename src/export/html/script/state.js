// The runs of the page, and where the reader is in them.

const by = (id) => document.getElementById(id);
const listings = readListings(by("code"));
// What the page plays, the scenes and the views that are drawn of it, and the
// tables of its steps.
let data;
let scenes = [];
let views = [];
let tables = [];

// The run that the buttons move, its step, its chosen lane, and the time: the
// other runs are where they were at that time.
const now = { view: undefined, step: 0, lane: 0, nanos: 0, playing: false };

const current = () => now.view.run;
// Whether all of its steps have happened.
const isDone = () => now.step >= current().steps.length;

// Takes the runs out of a page, this one or one of other runs, with a view of
// each, and has the reader at the beginning of the first. A scene whose rows are
// those of before keeps them where they are.
function takeRuns(page) {
  const before = scenes;
  data = JSON.parse(page.getElementById("data").textContent);
  readRuns(data);
  const names = [...new Set(data.runs.map((run) => run.scene))];
  scenes = names.map((name) => {
    const runs = data.runs.filter((run) => run.scene === name);
    const words = data.scenes.find((scene) => scene.name === name);
    const kept = before.find((scene) => scene.name === name);
    const isKept = kept?.views.length === runs.length && runs.every((run, at) => haveSameRows(kept.views[at].run, run));
    const views = runs.map((run, at) => (isKept ? redrawRun(kept.views[at], run) : drawRun(run, runs.length > 1)));
    return { ...words, name, views, section: isKept ? kept.section : null };
  });
  views = scenes.flatMap((scene) => scene.views);
  Object.assign(now, { view: views[0], step: 0, lane: 0, nanos: 0 });
}
