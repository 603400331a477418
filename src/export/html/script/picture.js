// The lanes as rows. They are drawn once and whole; what is still to come is
// covered, so that a step moves one edge and draws nothing.

const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function shape(svg, name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    made.setAttribute(key, value);
  }
  svg.append(made);
  return made;
}

const ENDS = { finished: "✓", failed: "✗", panicked: "✗", cancelled: "⊘", unrun: "∅" };

// A lane's strip. Each mark has a shape of its own, and not just a colour.
function drawStrip(run, strip) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  const part = (columns) => `${((columns * 100) / run.columns).toFixed(3)}%`;
  let at = 0;
  for (const [, mark, count] of strip.marks.matchAll(/([a-z])(\d+)/g)) {
    const width = Number(count);
    const x = part(at);
    const box = { x, width: part(width) };
    if ("wps".includes(mark)) {
      shape(svg, "rect", { ...box, y: 10, height: 4, class: "w" });
    }
    if (mark === "h") shape(svg, "rect", { ...box, y: 2, height: 20, class: "h" });
    if (mark === "r") shape(svg, "rect", { ...box, y: 4, height: 16, class: "r" });
    if (mark === "l") shape(svg, "rect", { ...box, y: 6, height: 12, class: "l" });
    for (let each = 0; "ps".includes(mark) && each < width; each += 1) {
      const x = part(at + each);
      if (mark === "p") {
        shape(svg, "rect", { x, y: 3, width: 3, height: 18, class: "p" });
      } else {
        shape(svg, "circle", { cx: part(at + each + 0.5), cy: 12, r: 5, class: "s" });
      }
    }
    at += width;
  }
  return svg;
}

// The mark of a lane's end, which is seen as soon as it has ended.
function drawEnd(run, strip) {
  if (!strip.end) return "";
  const [column, outcome] = strip.end;
  const mark = element("b", { class: `end ${outcome}`, "aria-hidden": "true" }, ENDS[outcome]);
  mark.style.setProperty("left", `${(column * 100) / run.columns}%`);
  return mark;
}

function drawRuler(run) {
  const ruler = element("div", { class: "ruler", "aria-hidden": "true" });
  for (const [part, label] of run.ticks) {
    const tick = element("span", {}, label);
    tick.style.setProperty("left", `${part * 100}%`);
    ruler.append(tick);
  }
  return element("div", { class: "lane axis" }, element("span"), ruler, element("span"));
}

// What the marks mean, each drawn as in a row.
const MARKS = [
  ["h6", "holds the thread"], ["w2p1w3", "polled for a moment"], ["w2s1w3", "says a line"],
  ["w6", "waits"], ["r6", "ready, and somebody else has the thread"], ["l6", "polls a lane inside of it"],
];

function drawLegend(runs) {
  const used = (mark) => runs.some((run) => run.lanes.some((lane) => lane.strip?.marks.includes(mark)));
  const items = MARKS.filter(([marks]) => used(marks.match(/[hpsrl]|w(?=6)/)[0])).map(([marks, words]) => {
    const sample = element("span", { class: "sample" }, drawStrip({ columns: 6 }, { marks }));
    return element("li", {}, sample, words);
  });
  const ends = Object.entries(ENDS).filter(([end]) => runs.some((run) => run.lanes.some((lane) => lane.strip?.end?.[1] === end)));
  items.push(...ends.map(([end, mark]) => element("li", {}, `${mark} ${end === "unrun" ? "never ran" : end}`)));
  return element("ul", { class: "legend", "aria-label": "What the marks mean" }, ...items);
}

// What is in a row: a lane's strip, what covers what is still to come, and its
// end. What looks the same as before stays: nothing of it is laid out anew.
function fillRow(row, run) {
  row.lane = run.lanes[row.index];
  const { marks, end } = row.lane.strip;
  const looks = [run.columns, marks, ...(end ?? []).slice(0, 2)].join();
  if (row.looks === looks) return;
  Object.assign(row, { looks, cover: element("i"), shown: undefined });
  row.track.replaceChildren(drawStrip(run, row.lane.strip), row.cover, drawEnd(run, row.lane.strip));
}

// A run's rows. `rows` has for each of them the lane and what is to be changed.
function drawRun(run, several) {
  const list = element("ul", { "data-roving": "", "aria-label": `Lanes of ${run.scene} on ${run.world}` });
  const rows = [];
  run.lanes.forEach((lane, index) => {
    if (!lane.strip) return;
    const name = element("button", { class: "name", "aria-pressed": "false" }, lane.name);
    const track = element("div", { class: "strip" });
    const does = element("span", { class: "does" });
    const row = element("li", { class: `lane c${lane.id && ((lane.id - 1) % 6) + 1}` }, name, track, does);
    list.append(row);
    rows.push({ index, row, name, track, does });
    fillRow(rows.at(-1), run);
  });
  const more = run.more ? element("p", { class: "more" }) : null;
  const body = element("div", { class: "run" }, list);
  if (several) body.prepend(element("h4", {}, run.world));
  if (more) body.append(more);
  return { run, body, rows, more };
}

// Whether the rows of one run will do for the other.
function haveSameRows(one, other) {
  const isSame = (lane, index) => {
    const its = other.lanes[index];
    return lane.name === its.name && lane.id === its.id && !lane.strip === !its.strip;
  };
  return one.lanes.length === other.lanes.length && one.lanes.every(isSame) && !one.more === !other.more;
}

// Has another run, with the same rows, in a view. That is most of what there is
// to be laid out.
function redrawRun(view, run) {
  Object.assign(view, { run, step: undefined, column: undefined });
  for (const row of view.rows) fillRow(row, run);
  return view;
}

// Shows a run after a step, at a time in nanoseconds, up to a column.
function showRun(view, { step, nanos, column }, { doings, held }) {
  if (view.step === step && view.column === column) return;
  Object.assign(view, { step, column });
  const { run } = view;
  // Before the beginning and after the end nothing peeps out.
  const edge = column === 0 ? "-0.6rem" : `${(Math.min(column, run.columns) * 100) / run.columns}%`;
  const late = lateLanes(run, step, column);
  for (const row of view.rows) {
    // Of each cover and not of all the rows: what inherits it is styled anew.
    row.cover.style.setProperty("--now", edge);
    row.row.classList.toggle("late", late.has(row.index));
    const at = laneAt(row.lane, step);
    const words = at ? stateThere(run, row.lane, at, column, { doings, held }) : "";
    const doing = at ? doings[at.doing] : "";
    if (row.shown === words + doing) continue;
    row.shown = words + doing;
    row.row.dataset.doing = doing;
    row.does.textContent = words;
    row.does.title = words;
  }
  if (view.more) {
    const counts = countsAt(run, step, nanos);
    const words = counts.flatMap((count, doing) => (count ? [`${count} ${doings[doing]}`] : []));
    const there = counts.reduce((sum, count) => sum + count, 0);
    if (there < run.more) words.push(`${run.more - there} not there yet`);
    view.more.textContent = `${run.more} more lanes: ${words.join(", ")}`;
  }
}

// The lanes that do something in the last column only after this step: many
// things are in one moment.
function lateLanes(run, step, column) {
  const late = new Set();
  if (run.axis === "steps" || step === 0) return late;
  for (let at = step; run.steps[at]?.column < column; at += 1) late.add(run.steps[at].lane);
  for (let at = step - 1; run.steps[at]?.column === column - 1; at -= 1) late.delete(run.steps[at].lane);
  return late;
}

// Whether the picture shows a lane there that could go on, and cannot.
function isReady(strip, column) {
  let at = 0;
  for (const [, mark, count] of strip.marks.matchAll(/([a-z])(\d+)/g)) {
    at += Number(count);
    if (column < at) return mark === "r";
  }
  return false;
}

// What a lane does where the time is, in words: its timer may be over, and the
// trace has nothing of it before it is polled.
function stateThere(run, lane, at, column, { doings, held }) {
  const isHeld = doings[at.doing] === "parked" && lane.strip && isReady(lane.strip, column - 1);
  return isHeld ? held : stateInWords(run, lane, at, doings);
}

// What a lane does, in words: "parked: sleep 1s until 1s".
function stateInWords(run, lane, at, doings) {
  const words = textAbout(run, at.text, lane);
  const doing = doings[at.doing];
  if (doing === "ended") {
    const when = lane.strip?.end?.[2];
    return when ? `${words} ${when}` : words;
  }
  return words.startsWith(doing) ? words : `${doing}: ${words}`;
}
