// What is at a step. The program that wrote the page has folded the run's
// events; here it is looked up, so that a step back is as good as one forward.
// Steps count from 1: after step 0 nothing has happened.

// The runs as they are in the page, with names for the numbers of a step, and
// with the texts that they share.
function readRuns({ runs, texts }) {
  for (const run of runs) {
    run.texts = texts;
    run.steps = run.steps.map(([moment, lane, text, column, place, said]) => ({
      moment, lane, text, column, place, said: said === 1,
    }));
  }
  return runs;
}

// The place of the last group of so many numbers that begins with no more than
// that, or -1.
function lastGroup(numbers, size, most) {
  let low = 0;
  let high = numbers.length / size;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle * size] <= most) low = middle + 1;
    else high = middle;
  }
  return (low - 1) * size;
}

// What a lane does after a step: which of `doings`, at which place, and a text.
// Nothing if it is not there yet.
function laneAt(lane, step) {
  const at = lastGroup(lane.track, 4, step);
  if (at < 0) return null;
  const [, doing, place, text] = lane.track.slice(at, at + 4);
  return { doing, place, text };
}

// A text about a lane: DEL stands for its name.
function textAbout(run, text, lane) {
  return run.texts[text].replaceAll("\x7f", () => lane.name);
}

// What happened in a step, and why.
function sentence(run, step) {
  if (step === 0) return "Nothing has happened yet: play it, or take a step.";
  const { text, lane } = run.steps[step - 1];
  return textAbout(run, text, run.lanes[lane]);
}

// How many steps have happened at a time in nanoseconds.
function stepAt(run, nanos) {
  let low = 0;
  let high = run.steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (run.moments[run.steps[middle].moment][0] <= nanos) low = middle + 1;
    else high = middle;
  }
  return low;
}

// How many steps are in a column or before it.
function stepsUntil(run, column) {
  let low = 0;
  let high = run.steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (run.steps[middle].column <= column) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The time of a step in nanoseconds, and in words.
function momentOf(run, step) {
  return step === 0 ? [0, "0.000s"] : run.moments[run.steps[step - 1].moment];
}

// The step that woke a lane, or ended it, the last time until a step; 0 if none.
function wokenBy(lane, step) {
  const at = lastGroup(lane.causes, 2, step);
  return at < 0 ? 0 : lane.causes[at + 1];
}

// The step that ends what a lane waits for after a step; 0 if none does.
function endOfWait(lane, step) {
  const at = lastGroup(lane.causes, 2, step) + 2;
  return at < lane.causes.length ? lane.causes[Math.max(at, 0) + 1] : 0;
}

// How many of the lanes that have no row do what, after a step, or at a later
// time in nanoseconds: not all that happens is a step here.
function countsAt(run, step, nanos) {
  let found = [0, 0, 0, 0, 0, 0, 0];
  if (!run.numbers.length) {
    for (const lane of run.lanes) {
      const at = lane.strip ? null : laneAt(lane, step);
      if (at) found[at.doing] += 1;
    }
    return found;
  }
  for (const [from, counts] of run.counts) {
    if (from > step) break;
    found = counts;
  }
  const [moment] = momentOf(run, step);
  for (const [at, counts] of run.passing) {
    if (at > nanos) break;
    if (at > moment || (at === moment && nanos > moment)) found = counts;
  }
  return found;
}

// A step's number among all of the run's.
function numberOf(run, step) {
  return step > 0 && run.numbers.length ? run.numbers[step - 1] : step;
}

// The step that has a number, or the one before it.
function stepNumbered(run, number) {
  if (!run.numbers.length) return Math.min(number, run.steps.length);
  return lastGroup(run.numbers, 1, number) + 1;
}
