/* What a person does with the map: find, focus, walk, unfold, zoom. */
const byId = (id) => document.getElementById(id);
const paper = byId("paper"), panel = byId("panel"), search = byId("search"), found = byId("found"), cone = byId("cone"), unfold = byId("unfold");
let chosen = null;

function reveal(box) {
  parents(box).forEach((parent) => { parent.open = true; });
}

function visible() {
  return boxes.filter((box) => !box.element.classList.contains("gone"));
}

function reach(box, next) {
  const seen = new Set([box]), queue = [box];
  while (queue.length) next(queue.pop()).forEach((near) => { if (!seen.has(near)) { seen.add(near); queue.push(near); } });
  return seen;
}

function lineage(box) {
  return new Set([...reach(box, (at) => at.before.map((edge) => edge.source)), ...reach(box, (at) => at.after.map((edge) => edge.target))]);
}

/* Lights up what a node depends on and what depends on it, and dims the rest. */
function light() {
  const up = chosen ? reach(chosen, (at) => at.before.map((edge) => edge.source)) : new Set();
  const down = chosen ? reach(chosen, (at) => at.after.map((edge) => edge.target)) : new Set();
  drawing.classList.toggle("focused", chosen !== null);
  boxes.forEach((box) => {
    box.element.classList.toggle("lit", chosen !== null && leaves(box).some((leaf) => up.has(leaf) || down.has(leaf)));
    box.element.classList.toggle("chosen", box === chosen);
    if (!box.inner.length) box.element.setAttribute("aria-pressed", String(box === chosen));
  });
  edges.forEach((edge) => {
    edge.lit = (up.has(edge.source) && up.has(edge.target)) || (down.has(edge.source) && down.has(edge.target));
    edge.element.classList.toggle("lit", edge.lit);
  });
}

function tell() {
  panel.hidden = chosen === null;
  panel.querySelectorAll(".detail").forEach((detail) => { detail.hidden = chosen === null || Number(detail.dataset.of) !== chosen.number; });
  panel.scrollTop = 0;
}

function choose(box, quiet) {
  chosen = box;
  if (box) reveal(box);
  only = box && cone.checked ? lineage(box) : null;
  if (only) boxes.forEach((each) => { if (each.inner.length && kept(each) && only.size <= 60) each.open = true; });
  light();
  tell();
  redraw();
  if (box && !quiet) bring(box);
}

function toggle(box) {
  box.open = !box.open;
  redraw();
  mark();
  attend(box);
}

function act(box) {
  if (box.inner.length) toggle(box);
  else choose(box === chosen ? null : box, true);
}

/* Scrolls the paper, never the page, so that a box is in sight. */
function bring(box) {
  const left = (columns[box.column].left + columns[box.column].width / 2) * scale - paper.clientWidth / 2;
  paper.scrollTo({ left, top: (box.top + HEIGHT / 2) * scale - paper.clientHeight / 2 });
  attend(box);
}

function attend(box) {
  boxes.forEach((each) => each.element.setAttribute("tabindex", each === box ? "0" : "-1"));
  box.element.focus({ preventScroll: true });
}

function nearest(box, list) {
  const middle = (each) => each.top + HEIGHT / 2;
  return list.reduce((best, each) => (!best || Math.abs(middle(each) - middle(box)) < Math.abs(middle(best) - middle(box)) ? each : best), null);
}

function beside(box, key) {
  const own = leaves(box);
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const step = key === "ArrowRight" ? 1 : -1;
    const ends = own.flatMap((leaf) => [...leaf.after.map((edge) => edge.target), ...leaf.before.map((edge) => edge.source)]).filter(kept).map(shown);
    return nearest(box, [...new Set(ends)].filter((end) => (end.column - box.column) * step > 0));
  }
  const same = visible().filter((each) => each.column === box.column).sort((one, other) => one.top - other.top || one.depth - other.depth);
  return same[same.indexOf(box) + (key === "ArrowDown" ? 1 : -1)] || null;
}

function into(box) {
  const view = paper.getBoundingClientRect(), place = box.element.getBoundingClientRect();
  if (place.left < view.left || place.right > view.right || place.top < view.top || place.bottom > view.bottom) bring(box);
  else attend(box);
}

function mark() {
  const word = search.value.trim().toLowerCase();
  const hits = word ? boxes.filter((box) => !box.inner.length && box.key.includes(word)) : [];
  const stand = new Set(hits.map(shown));
  boxes.forEach((box) => box.element.classList.toggle("hit", stand.has(box)));
  drawing.classList.toggle("searching", word !== "");
  found.textContent = word ? (hits.length === 1 ? "1 found" : `${hits.length} found`) : "";
  return hits;
}

drawing.addEventListener("click", (event) => {
  const target = event.target.closest(".box");
  if (target) { attend(boxes[Number(target.dataset.box)]); act(boxes[Number(target.dataset.box)]); }
});
drawing.addEventListener("keydown", (event) => {
  const target = event.target.closest(".box");
  if (!target) return;
  const box = boxes[Number(target.dataset.box)];
  if (event.key === "Enter" || event.key === " ") act(box);
  else if (event.key.startsWith("Arrow")) { const next = beside(box, event.key); if (next) into(next); }
  else return;
  event.preventDefault();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chosen) { const last = chosen; cone.checked = false; choose(null); into(shown(last)); }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-go]");
  if (!button) return;
  if (!panel.contains(button)) byId("map").scrollIntoView({ block: "start" });
  choose(boxes[Number(button.dataset.go)]);
});
byId("close").addEventListener("click", () => { const last = chosen; cone.checked = false; choose(null); into(shown(last)); });
cone.addEventListener("change", () => choose(chosen));

search.addEventListener("input", mark);
search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  const hits = mark();
  if (!hits.length) return;
  choose(hits[(hits.indexOf(chosen) + 1) % hits.length]);
  mark();
  search.focus({ preventScroll: true });
});

const folders = boxes.filter((box) => box.inner.length);
unfold.addEventListener("click", () => {
  const open = !folders.every((box) => box.open);
  folders.forEach((box) => { box.open = open; });
  redraw();
  mark();
});
function name() {
  unfold.textContent = folders.every((box) => box.open) ? "fold all" : "unfold all";
}
new MutationObserver(name).observe(drawing, { attributes: true, attributeFilter: ["viewBox"] });

function zoom(factor) {
  const [x, y] = [(paper.scrollLeft + paper.clientWidth / 2) / scale, (paper.scrollTop + paper.clientHeight / 2) / scale];
  scale = Math.min(Math.max(scale * factor, 0.2), 3);
  rescale();
  paper.scrollTo({ left: x * scale - paper.clientWidth / 2, top: y * scale - paper.clientHeight / 2 });
}
function fit(least) {
  const [, , width, height] = drawing.getAttribute("viewBox").split(" ").map(Number);
  scale = Math.max(Math.min(1, (paper.clientWidth - 2) / width, least ? 1 : (paper.clientHeight - 2) / height), least || 0.2);
  rescale();
  paper.scrollTo({ left: 0, top: 0 });
}
byId("smaller").addEventListener("click", () => zoom(0.8));
byId("larger").addEventListener("click", () => zoom(1.25));
byId("fit").addEventListener("click", () => fit(0));
byId("reset").addEventListener("click", () => {
  search.value = "";
  cone.checked = false;
  folders.forEach((box) => { box.open = false; });
  choose(null);
  mark();
  fit(0.7);
});
paper.addEventListener("wheel", (event) => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1);
}, { passive: false });

let grip = null;
paper.addEventListener("pointerdown", (event) => {
  if (event.pointerType !== "mouse" || event.button !== 0 || event.target.closest(".box")) return;
  grip = { x: event.clientX + paper.scrollLeft, y: event.clientY + paper.scrollTop };
  paper.classList.add("gripped");
});
window.addEventListener("pointermove", (event) => { if (grip) paper.scrollTo(grip.x - event.clientX, grip.y - event.clientY); });
window.addEventListener("pointerup", () => { grip = null; paper.classList.remove("gripped"); });

if (boxes.length) boxes[0].element.setAttribute("tabindex", "0");
fit(0.7);
