// The source files, with the lanes beside the lines at which they are.

// A line that many lanes are at names so many of them.
const NAMES = 4;

// Takes the listings' text apart into lines.
function readListings(root) {
  const listings = new Map();
  for (const file of root.querySelectorAll(".file")) {
    const pre = file.querySelector("pre");
    const lines = pre.textContent.replace(/\n$/, "").split("\n").map((text, index) => {
      const number = element("span", { class: "no", "aria-hidden": "true" }, String(index + 1));
      const lanes = element("span", { class: "at" });
      const line = element("span", { class: "line" }, number, element("span", {}, element("code", {}, text), lanes));
      return { line, lanes, shown: "" };
    });
    pre.replaceChildren(...lines.map((line) => line.line));
    listings.set(file.dataset.file, { file, pre, lines });
  }
  return listings;
}

// Shows who is where: for each run of the scene the step that it is at. Returns
// the line of each listing that is to be seen, with the box that it is in.
function showCode(listings, views, current, doings) {
  const inView = [];
  for (const listing of listings.values()) {
    const here = new Map();
    let own = 0;
    for (const { run, step } of views) {
      run.lanes.forEach((lane, index) => {
        const at = laneAt(lane, step);
        if (!at) return;
        const [file, line] = run.places[at.place];
        if (run.files[file] !== listing.file.dataset.file) return;
        if (run === current.run && index === current.actor) own = line;
        if (doings[at.doing] === "ended") return;
        if (!here.has(line)) here.set(line, []);
        here.get(line).push({ words: `${lane.name} ${doings[at.doing]}`, doing: doings[at.doing] });
      });
      if (run === current.run && step > 0) {
        const place = run.steps[step - 1].place;
        if (place > 0) {
          const [file, line] = run.places[place - 1];
          if (run.files[file] === listing.file.dataset.file) own = line;
        }
      }
    }
    listing.lines.forEach((line, index) => {
      const lanes = here.get(index + 1) ?? [];
      const isOwn = own === index + 1;
      const shown = lanes.map((lane) => lane.words).join(", ") + isOwn;
      if (line.shown === shown) return;
      line.shown = shown;
      line.line.classList.toggle("own", isOwn);
      line.line.classList.toggle("has", lanes.length > 0);
      const named = lanes.slice(0, NAMES);
      line.lanes.replaceChildren(...named.map((lane) => element("b", { "data-doing": lane.doing }, lane.words)));
      if (lanes.length > NAMES) line.lanes.append(element("b", {}, `and ${lanes.length - NAMES} more`));
    });
    const line = own || [...here.keys()].at(-1) || firstLine(listing, views);
    if (listing.lines[line - 1]) inView.push([listing.pre, listing.lines[line - 1].line]);
  }
  return inView;
}

// Where a run begins in a file, or 0.
function firstLine(listing, views) {
  for (const { run } of views) {
    const first = run.steps.find((step) => step.place > 0);
    const [file, line] = first ? run.places[first.place - 1] : [0, 0];
    if (line && run.files[file] === listing.file.dataset.file) return line;
  }
  return 0;
}

// Scrolls a box, in which the line's place is counted, and never the page.
function keepInView(box, line) {
  const top = line.offsetTop;
  const isSeen = top >= box.scrollTop + 20 && top + line.offsetHeight <= box.scrollTop + box.clientHeight - 20;
  if (!isSeen) box.scrollTop = top - box.clientHeight / 2;
}
