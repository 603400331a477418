// The runs of the page, and where the reader is in them.

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
