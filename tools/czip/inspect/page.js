"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const models = data.models;
  const kPageBytes = 8192;
  const kSteps = 8;

  // Offsets of the tokens in the text, and each model's cost up to a byte.
  for (const model of models) {
    let at = 0;
    model.at = model.n.map((bytes) => (at += bytes) - bytes);
    model.end = at;
  }
  const end = Math.max(0, ...models.map((model) => model.end));
  const pages = Math.max(1, Math.ceil(end / kPageBytes));
  let page = 0;
  let view = "token";
  let chosen = null;  // byte of the text

  function element(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }
  function bar(share) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 100 10");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const rect = document.createElementNS(space, "rect");
    rect.setAttribute("class", "a");
    rect.setAttribute("width", String(Math.max(0, Math.min(100, 100 * share))));
    rect.setAttribute("height", "10");
    svg.append(rect);
    return svg;
  }

  // Index of the token that has a byte.
  function tokenAt(model, byte) {
    let low = 0;
    let high = model.at.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if (model.at[middle] <= byte) low = middle; else high = middle;
    }
    return low;
  }
  // Bits of [from, to); a token's are spread over its bytes.
  function bitsBetween(model, from, to) {
    let sum = 0;
    for (let i = tokenAt(model, from); i < model.at.length && model.at[i] < to; ++i) {
      const part = Math.min(to, model.at[i] + model.n[i]) - Math.max(from, model.at[i]);
      sum += model.c[i] * part / model.n[i];
    }
    return sum / 100;
  }

  const step = (value, full) => Math.min(kSteps, Math.round(kSteps * value / full));
  function heat(m, i) {
    const model = models[m];
    if (view === "token") return "h" + step(model.c[i] / 100, 12);
    if (view === "byte") return "h" + step(model.c[i] / 100 / model.n[i], 6);
    const other = models[1 - m];
    const from = model.at[i];
    const to = Math.min(from + model.n[i], other.end);
    if (to <= from) return "h0";
    const more = (bitsBetween(model, from, to) - bitsBetween(other, from, to)) / (to - from);
    return more >= 0 ? "h" + step(more, 3) : "c" + step(-more, 3);
  }

  // Line ends and tabs are shown, and stay what they are.
  function fill(node, text) {
    for (const piece of text.split(/(\n|\t)/)) {
      if (piece === "\n") node.append(element("i", {"aria-hidden": "true"}, "\u21b5"), "\n");
      else if (piece === "\t") node.append(element("i", {"aria-hidden": "true"}, "\u21e5"), "\t");
      else if (piece !== "") node.append(piece);
    }
    return node;
  }
  const shown = (text) => text.replace(/\n/g, "\u21b5").replace(/\t/g, "\u21e5");

  function drawMap(m) {
    const model = models[m];
    const map = byId("map" + m);
    const nodes = [];
    const first = page * kPageBytes;
    const last = Math.min(first + kPageBytes, model.end);
    let i = first === 0 ? 0 : tokenAt(model, first);
    if (model.at[i] < first) ++i;
    for (; i < model.at.length && model.at[i] < last; ++i) {
      const bits = (model.c[i] / 100).toFixed(2);
      nodes.push(fill(element("span", {
        "class": heat(m, i), "data-token": i, "role": "button", "tabindex": "-1",
        "title": bits + " bits"}), model.t[i]));
    }
    map.replaceChildren(...nodes);
    if (nodes.length > 0) nodes[0].setAttribute("tabindex", "0");
  }
  function draw() {
    models.forEach((_, m) => drawMap(m));
    byId("before").disabled = page === 0;
    byId("after").disabled = page + 1 >= pages;
    const first = page * kPageBytes;
    byId("place").textContent = end === 0 ? "no text" :
      `bytes ${first} to ${Math.min(end, first + kPageBytes)} of ${end}`;
    byId("legend-bits").hidden = view === "difference";
    byId("legend-difference").hidden = view !== "difference";
    byId("most").textContent = view === "token" ? "12 bits or more" : "6 bits or more";
    mark();
  }
  function mark() {
    for (const node of document.querySelectorAll(".map .chosen")) node.classList.remove("chosen");
    if (chosen === null) return;
    models.forEach((model, m) => {
      const i = tokenAt(model, chosen);
      const node = byId("map" + m).querySelector(`[data-token="${i}"]`);
      if (node) node.classList.add("chosen");
    });
  }

  function candidateRows(model, i) {
    const rows = [];
    for (const [text, cost] of model.k[i] || []) {
      const probability = Math.pow(2, -cost / 100);
      const row = element("tr", text === model.t[i] ? {"class": "came"} : {},
        element("td", {}, element("code", {}, shown(text))),
        element("td", {"class": "number"}, (cost / 100).toFixed(2)),
        element("td", {"class": "number"}, (100 * probability).toFixed(1) + " %"),
        element("td", {"class": "bar"}, bar(probability)));
      rows.push(row);
    }
    return rows;
  }
  function describe(m) {
    const model = models[m];
    const i = tokenAt(model, chosen);
    const nodes = [];
    if (models.length > 1)
      nodes.push(element("h3", {"class": m === 0 ? "a" : "b"}, model.label));
    nodes.push(element("p", {}, element("code", {}, shown(model.t[i]))),
      element("p", {}, `${(model.c[i] / 100).toFixed(2)} bits, probability ` +
        `${(100 * Math.pow(2, -model.c[i] / 100)).toPrecision(3)} %; byte ${model.at[i]}, ` +
        `length ${model.n[i]}`));
    const rows = candidateRows(model, i);
    if (rows.length > 0) {
      nodes.push(element("h3", {}, "Likeliest tokens here"), element("table", {},
        element("thead", {}, element("tr", {}, element("th", {}, "token"),
          element("th", {"class": "number"}, "bits"),
          element("th", {"class": "number"}, "chance"), element("th", {}, ""))),
        element("tbody", {}, ...rows)));
    }
    if (model.s && model.s[i].some((bits) => bits !== 0)) {
      nodes.push(element("h3", {}, "Bits saved by each part"), element("table", {},
        element("tbody", {}, ...data.parts.map((part, p) => element("tr", {},
          element("th", {}, part),
          element("td", {"class": "number"}, (model.s[i][p] / 100).toFixed(2)))))));
    }
    return nodes;
  }
  function choose(byte) {
    chosen = byte;
    byId("details").replaceChildren(...models.flatMap((_, m) => describe(m)));
    mark();
  }

  function tokenOf(event) {
    const node = event.target.closest("[data-token]");
    return node ? {node, map: node.parentElement, model: models[Number(node.parentElement.id.slice(3))],
      i: Number(node.dataset.token)} : null;
  }
  function focusOn(map, node) {
    for (const old of map.querySelectorAll('[tabindex="0"]')) old.setAttribute("tabindex", "-1");
    node.setAttribute("tabindex", "0");
    node.focus();
  }
  models.forEach((_, m) => {
    const map = byId("map" + m);
    map.addEventListener("focusin", (event) => {
      const token = tokenOf(event);
      if (token) choose(token.model.at[token.i]);
    });
    map.addEventListener("click", (event) => {
      const token = tokenOf(event);
      if (token) focusOn(map, token.node);
    });
    map.addEventListener("keydown", (event) => {
      const token = tokenOf(event);
      if (!token) return;
      const next = {ArrowRight: token.node.nextElementSibling, ArrowLeft: token.node.previousElementSibling,
        Home: map.firstElementChild, End: map.lastElementChild}[event.key];
      if (next === undefined) return;
      event.preventDefault();
      if (next) focusOn(map, next);
    });
  });
  byId("before").addEventListener("click", () => { --page; draw(); });
  byId("after").addEventListener("click", () => { ++page; draw(); });
  byId("view").addEventListener("change", (event) => { view = event.target.value; draw(); });
  byId("reader").hidden = false;
  draw();
})();
