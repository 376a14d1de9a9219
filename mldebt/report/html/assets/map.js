/* The map. Its places come from the layout that the file was made with; here room is made where a folder unfolds, and edges follow. */
const drawing = document.getElementById("drawing");
const [HEIGHT, GAP, BAND, TOP, EDGE] = drawing.dataset.room.split(" ").map(Number);
const HEAD = 36, PAD = 8, INSET = 10, SWEEPS = 24;

const table = (text) => text.split(";").filter(Boolean).map((row) => row.split(",").map(Number));
const columns = table(drawing.dataset.columns).map(([left, width]) => ({ left, width }));
const slots = table(drawing.dataset.slots).map(([column, band, y]) => ({ column, band, y, middle: y, slot: true, links: [] }));
const boxes = Array.from(drawing.querySelectorAll(".box"), (element) => {
  const { up, column, band, depth, y, name } = element.dataset;
  return { element, up: up === "" ? null : Number(up), column: Number(column), band: Number(band), depth: Number(depth), y: Number(y), middle: Number(y),
    name, key: name.toLowerCase(), inner: [], open: false, frame: null, top: 0, links: [], before: [], after: [] };
});
boxes.forEach((box, number) => {
  box.number = number;
  if (box.up !== null) boxes[box.up].inner.push(box);
});
drawing.querySelectorAll(".frame").forEach((frame) => { boxes[Number(frame.dataset.of)].frame = frame; });
const edges = Array.from(drawing.querySelectorAll(".edge"), (element) => ({
  element, source: boxes[Number(element.dataset.from)], target: boxes[Number(element.dataset.to)],
  via: element.dataset.via.split(" ").filter(Boolean).map((number) => slots[Number(number)]), debt: element.classList.contains("debt"),
  sure: !element.classList.contains("guessed"), lit: false,
}));
edges.forEach((edge) => {
  edge.source.after.push(edge);
  edge.target.before.push(edge);
});

const outermost = (box) => (box.up === null ? box : outermost(boxes[box.up]));
const parents = (box) => (box.up === null ? [] : [...parents(boxes[box.up]), boxes[box.up]]);
/* The box that stands for a node: itself, or the outermost closed folder around it. */
const shown = (box) => parents(box).find((parent) => !parent.open) || box;
const leaves = (box) => (box.inner.length ? box.inner.flatMap(leaves) : [box]);

let only = null; // the nodes that are left when the others are hidden
const kept = (box) => only === null || (box.inner.length ? box.inner.some(kept) : only.has(box));
const size = (box) => (box.open ? HEAD + PAD + box.inner.filter(kept).reduce((sum, inner) => sum + size(inner) + PAD, 0) : HEIGHT);
const room = (item) => (item.slot ? GAP : size(item) + GAP);
const mean = (values, otherwise) => (values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : otherwise);

/* Values nearest to the wishes whose distances fit: pool adjacent violators. */
function spread(row, wishes) {
  const shifts = [0], pools = [];
  for (let at = 1; at < row.length; at += 1) shifts.push(shifts[at - 1] + (room(row[at - 1]) + room(row[at])) / 2);
  row.forEach((_, at) => {
    let pool = [wishes[at] - shifts[at], 1];
    while (pools.length && pools[pools.length - 1][0] / pools[pools.length - 1][1] > pool[0] / pool[1]) {
      const [sum, count] = pools.pop();
      pool = [pool[0] + sum, pool[1] + count];
    }
    pools.push(pool);
  });
  let at = 0;
  pools.forEach(([sum, count]) => { for (let left = count; left > 0; left -= 1, at += 1) row[at].middle = sum / count + shifts[at]; });
}

function link(live) {
  [...boxes, ...slots].forEach((item) => { item.links = []; });
  const chains = new Set();
  live.forEach((edge) => {
    const chain = [outermost(edge.source), ...edge.via, outermost(edge.target)];
    if (chain[0].column > chain[chain.length - 1].column) { const [first, last] = [chain.pop(), chain.shift()]; chain.unshift(first); chain.push(last); }
    chain.forEach((item, at) => {
      const next = chain[at + 1];
      if (next && !item.links.includes(next)) { item.links.push(next); next.links.push(item); }
      chains.add(item);
    });
  });
  return chains;
}

/* Gives every outermost box and every bend its place, connected part after connected part. */
function arrange() {
  const live = edges.filter((edge) => kept(edge.source) && kept(edge.target));
  const used = link(live);
  const items = [...boxes.filter((box) => box.up === null && kept(box)), ...slots.filter((slot) => used.has(slot))];
  const bands = new Map();
  items.forEach((item) => {
    if (!bands.has(item.band)) bands.set(item.band, new Map());
    const band = bands.get(item.band);
    if (!band.has(item.column)) band.set(item.column, []);
    band.get(item.column).push(item);
  });
  let bottom = TOP;
  [...bands.keys()].sort((one, other) => one - other).forEach((number) => {
    const rows = [...bands.get(number).entries()].sort(([one], [other]) => one - other).map(([, row]) => row.sort((one, other) => one.y - other.y));
    rows.forEach((row) => spread(row, row.map(() => 0)));
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
      (sweep % 2 ? [...rows].reverse() : rows).forEach((row) => spread(row, row.map((item) => mean(item.links.map((near) => near.middle), item.middle))));
    }
    const all = rows.flat();
    const first = Math.min(...all.map((item) => item.middle - (item.slot ? 0 : size(item) / 2)));
    all.forEach((item) => { item.middle += bottom - first; });
    bottom = Math.max(...all.map((item) => item.middle + (item.slot ? 0 : size(item) / 2))) + BAND;
  });
  return { live, bottom };
}

function put(box, top, visible) {
  const seen = visible && kept(box);
  box.top = top;
  box.element.classList.toggle("gone", !seen);
  box.element.classList.toggle("open", box.open);
  if (box.inner.length) box.element.setAttribute("aria-expanded", String(box.open));
  box.element.setAttribute("transform", `translate(${columns[box.column].left + INSET * box.depth} ${top.toFixed(1)})`);
  if (box.frame) {
    box.frame.classList.toggle("gone", !(seen && box.open));
    box.frame.setAttribute("y", top.toFixed(1));
    box.frame.setAttribute("height", size(box).toFixed(1));
  }
  let at = top + HEAD;
  box.inner.forEach((inner) => {
    put(inner, at, seen && box.open);
    if (kept(inner)) at += size(inner) + PAD;
  });
}

const side = (box, right) => columns[box.column].left + (right ? columns[box.column].width - INSET * box.depth : INSET * box.depth);

/* A curve between the columns, a straight run through those that it passes. */
function route(edge, source, target) {
  const forward = source.column < target.column;
  const [first, last] = forward ? [source, target] : [target, source];
  let x = side(first, true), y = first.top + HEIGHT / 2;
  let path = `M${x.toFixed(1)} ${y.toFixed(1)}`;
  const curve = (left, to) => {
    const half = ((x + left) / 2).toFixed(1);
    path += `C${half} ${y.toFixed(1)} ${half} ${to.toFixed(1)} ${left.toFixed(1)} ${to.toFixed(1)}`;
    y = to;
  };
  (forward ? edge.via : [...edge.via].reverse()).forEach((slot) => {
    const column = columns[slot.column];
    curve(column.left, slot.middle);
    x = column.left + column.width;
    path += `H${x.toFixed(1)}`;
  });
  curve(side(last, false), last.top + HEIGHT / 2);
  return path;
}

/* Draws each pair of visible boxes once; what is lit, a debt or certain stands for the others. */
function connect(live) {
  edges.forEach((edge) => edge.element.classList.add("gone"));
  const drawn = new Set();
  [...live].sort((one, other) => other.lit - one.lit || other.debt - one.debt || other.sure - one.sure).forEach((edge) => {
    const source = shown(edge.source), target = shown(edge.target);
    const pair = `${source.number} ${target.number}`;
    if (drawn.has(pair)) return;
    drawn.add(pair);
    edge.element.classList.remove("gone");
    edge.element.setAttribute("d", route(edge, source, target));
  });
}

function redraw() {
  const { live, bottom } = arrange();
  boxes.filter((box) => box.up === null).forEach((box) => put(box, box.middle - size(box) / 2, true));
  connect(live);
  const [, , width] = drawing.getAttribute("viewBox").split(" ");
  drawing.setAttribute("viewBox", `0 0 ${width} ${Math.ceil(bottom - BAND + EDGE)}`);
  rescale();
}

let scale = 1;
function rescale() {
  const [, , width, height] = drawing.getAttribute("viewBox").split(" ").map(Number);
  drawing.setAttribute("width", (width * scale).toFixed(0));
  drawing.setAttribute("height", (height * scale).toFixed(0));
}
