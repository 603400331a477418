// The search: every word that is typed has to be somewhere in what is found. A
// search is a link: #q=timeout.

const MOST = 12;
const by = (id) => document.getElementById(id);
const entries = JSON.parse(by("entries").textContent);
for (const entry of entries) {
  entry.parts = [entry.name, entry.about, entry.text].map((text) => text.toLowerCase());
}

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

// What has all the words, first what has them in its name.
function find(words) {
  const rank = (entry) => {
    const at = words.map((word) => entry.parts.findIndex((part) => part.includes(word)));
    return at.includes(-1) ? -1 : Math.max(...at);
  };
  const found = entries.map((entry) => ({ entry, rank: rank(entry) })).filter((one) => one.rank >= 0);
  return found.sort((a, b) => a.rank - b.rank).map((one) => one.entry);
}

// A text with the words marked in it.
function marked(text, words) {
  const parts = [];
  const lower = text.toLowerCase();
  let at = 0;
  while (at < text.length) {
    const next = words
      .map((word) => ({ word, from: lower.indexOf(word, at) }))
      .filter((one) => one.from >= 0)
      .sort((a, b) => a.from - b.from || b.word.length - a.word.length)[0];
    if (!next) break;
    parts.push(text.slice(at, next.from), element("mark", text.slice(next.from, next.from + next.word.length)));
    at = next.from + next.word.length;
  }
  return [...parts, text.slice(at)];
}

// Some words before and behind the first of those that are looked for.
function around(entry, words) {
  const [word] = words.filter((word) => !entry.parts[0].includes(word) && !entry.parts[1].includes(word));
  if (word === undefined) return entry.about;
  const at = entry.parts[2].indexOf(word);
  const from = Math.max(0, entry.text.lastIndexOf(" ", Math.max(0, at - 50)));
  const space = entry.text.indexOf(" ", at + word.length + 80);
  const until = space < 0 ? entry.text.length : space;
  return `${from > 0 ? "…" : ""}${entry.text.slice(from, until)}${until < entry.text.length ? "…" : ""}`;
}

function search(text) {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word);
  const found = words.length ? find(words) : [];
  const items = found.slice(0, MOST).map((entry) => {
    const link = element("a", ...marked(entry.name, words));
    link.href = entry.link;
    return element("li", link, element("small", entry.kind), element("p", ...marked(around(entry, words), words)));
  });
  by("results").replaceChildren(...items);
  const more = found.length > MOST ? `, the first ${MOST} of them here` : "";
  by("found").textContent = words.length ? `${found.length || "nothing"} found${more}` : "";
}

// Where the browser allows it, the address is the search.
let remembering = 0;
function remember(text) {
  clearTimeout(remembering);
  remembering = setTimeout(() => history.replaceState(null, "", text ? `#q=${encodeURIComponent(text)}` : "#"), 300);
}

function open() {
  const text = new URLSearchParams(location.hash.slice(1)).get("q");
  if (text === null) return;
  by("wanted").value = text;
  search(text);
}

by("wanted").addEventListener("input", () => {
  search(by("wanted").value);
  remember(by("wanted").value);
});
by("wanted").addEventListener("keydown", (event) => {
  if (event.key === "Enter") by("results").querySelector("a")?.click();
});
addEventListener("hashchange", open);
by("search").hidden = !entries.length;
open();
