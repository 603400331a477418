// Where the page is, in its address: #scene=gather&t=1.2s&lane=B, or a step in
// place of a time, since many steps share one.

const UNITS = { d: 86400e9, h: 3600e9, m: 60e9, s: 1e9, ms: 1e6, us: 1e3, "": 1e9 };

// A time as people write it, such as 1.2s or 1h 5m, in nanoseconds.
function readTime(text) {
  const parts = [...text.matchAll(/\s*([\d.]+)\s*(d|h|ms|us|m|s|)(?=[\s\d]|$)/g)];
  if (!parts.length || parts.map((part) => part[0]).join("") !== text.trimEnd()) return null;
  const nanos = parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit], 0);
  return Number.isFinite(nanos) ? Math.round(nanos) : null;
}

// A time above a minute, as in 1h 5m 30s 500ms.
function inUnits(millis) {
  const parts = [[Math.floor(millis / 36e5), "h"], [Math.floor(millis / 6e4) % 60, "m"], [Math.floor(millis / 1e3) % 60, "s"], [millis % 1e3, "ms"]];
  return parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`).join(" ");
}

function readLink(hash) {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const number = Number.parseInt(fields.get("step") ?? "", 10);
  const time = fields.get("t");
  return {
    reveal: fields.has("reveal"),
    scene: fields.get("scene"),
    world: fields.get("world"),
    lane: fields.get("lane"),
    step: Number.isNaN(number) ? null : Math.max(0, number),
    nanos: time === null ? null : readTime(time),
  };
}

function writeLink({ scene, world, t, step, lane }) {
  const fields = [["scene", scene], ["world", world], ["t", t], ["step", step], ["lane", lane]];
  const given = fields.filter(([, value]) => value !== null && value !== undefined);
  return `#${given.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")}`;
}
