// The packages of a robust search: each line a package, each axis an objective, up is better. What
// is dragged along an axis keeps the packages that pass there; those are listed, and a click on one
// sets the sliders to it.

const NET = { top: 22, bottom: 22, side: 54, height: 230 };
const NEAR = 10; // pixels within which a click means a line
const SNAP = 0.03; // part of an axis within which its end is meant
const STILL = 4; // pixels that a hand may move in a click

/** @param {FrontAxis} axis */
function sharesOf(axis) {
  const low = Math.min(...axis.values), high = Math.max(...axis.values);
  return axis.values.map((value) => (high > low ? (axis.up ? value - low : high - value) / (high - low) : 0.5));
}

// What stands at a share of an axis: 0 the worst of all packages, 1 the best.
/** @param {FrontAxis} axis @param {number} share @param {Language} language */
function axisText(axis, share, language) {
  const low = Math.min(...axis.values), high = Math.max(...axis.values);
  return figureText(axis, axis.up ? low + share * (high - low) : high - share * (high - low), language);
}

/** @param {FrontAxis} axis @param {number} value @param {Language} language */
function figureText(axis, value, language) {
  const { factor, short } = axis.words[language];
  return axis.share ? chance(value, language) : written(value * factor, language) + short;
}

/** @param {Front} front @returns {BrushState} */
function brushOf(front) {
  const shares = front.axes.map(sharesOf);
  const total = front.packages.map((_, i) => shares.reduce((sum, axis) => sum + axis[i], 0));
  const order = front.packages.map((_, i) => i).sort((a, b) =>
    Number(!front.packages[a].title) - Number(!front.packages[b].title) || total[b] - total[a] || a - b);
  return { shares, order, ranges: front.axes.map(() => [0, 1]), looked: null, open: true };
}

/** @param {BrushState} brush @param {number} index */
function isKept(brush, index) {
  return brush.ranges.every(([low, high], axis) => {
    const share = brush.shares[axis][index];
    return share >= low - 1e-9 && share <= high + 1e-9;
  });
}

/** @param {FrontPackage} one @param {number} index @param {Language} language */
function packageName(one, index, language) {
  return said(one, language) || WORDS[language].number(index + 1);
}

// Whether the sliders stand as a package has them.
/** @param {FrontPackage} one @param {number[]} levers @param {number[]} late */
function isSet(one, levers, late) {
  return levers.every((share, i) => Math.abs(share - one.levers[i]) < 1e-6 && (share === 0 || late[i] === one.late[i]));
}

/** @param {Front} front @param {Language} language @param {string} id @param {BrushState} brush @param {BrushActs} acts */
function brushPanel(front, language, id, brush, acts) {
  const words = WORDS[language];
  const canvas = make("canvas", { role: "img" });
  const told = make("p", { class: "qt-remain", role: "status" });
  const clear = make("button", { type: "button", text: words.clear, "data-act": "clear-brush", on: { click: () => {
    brush.ranges = front.axes.map(() => [0, 1]);
    changed();
  } } });
  const axes = front.axes.map((axis, place) => axisParts(axis, place));
  const rows = brush.order.map((index) => packageRow(index));
  const net = make("div", { class: "qt-net", on: { click: pick, pointermove: hover, pointerleave: () => look(null) } },
    canvas, make("div", { class: "qt-axes", style: `--gaps:${Math.max(1, front.axes.length - 1)}` }, ...axes.map((axis) => axis.node)));
  const head = [words.package, ...front.axes.map((axis) => said(axis, language)), words.pulls, words.lateHead];
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...head.map((text) => make("th", { scope: "col", text })))),
    make("tbody", {}, ...rows.map((row) => row.node)));
  const panel = make("details", { class: "qt-outcomes qt-front", open: brush.open ? "" : false, on: {
    toggle: () => { brush.open = panel.open; draw(); } } },
  make("summary", { text: words.front(said(front, language)) }),
  make("p", { id: `${id}-brush`, text: words.frontHint(front.fresh) }),
  net, make("div", { class: "qt-remains" }, told, clear),
  make("div", { class: "qt-packages", tabindex: 0, role: "group", "aria-label": words.packages }, table));

  /** @param {number} width @param {number} place */
  const across = (width, place) => (front.axes.length > 1
    ? NET.side + (place * (width - 2 * NET.side)) / (front.axes.length - 1) : width / 2);
  /** @param {number} share */
  const down = (share) => NET.top + (1 - share) * (NET.height - NET.top - NET.bottom);

  /** @param {FrontAxis} axis @param {number} place */
  function axisParts(axis, place) {
    /** @param {0 | 1} end */
    const handle = (end) => make("div", {
      class: `qt-handle qt-handle-${end ? "best" : "worst"}`, role: "slider", tabindex: 0, "aria-orientation": "vertical",
      "aria-label": (end ? words.best : words.worst)(said(axis, language)), "aria-describedby": `${id}-brush`,
      "aria-valuemin": 0, "aria-valuemax": 100,
      on: { keydown: (/** @type {KeyboardEvent} */ event) => keyed(event, place, end) },
    });
    const handles = [handle(0), handle(1)];
    const kept = make("div", { class: "qt-kept" });
    const track = make("div", { class: "qt-track", on: { pointerdown: (/** @type {PointerEvent} */ event) => drag(event, place) } }, kept);
    const node = make("div", { class: "qt-axis", style: `left:${(100 * place) / Math.max(1, front.axes.length - 1)}%` },
      make("span", { class: "qt-top", text: axisText(axis, 1, language) }), track, ...handles,
      make("span", { class: "qt-low", text: axisText(axis, 0, language) }),
      make("span", { class: "qt-name", text: said(axis, language) }));
    return { node, kept, handles, track };
  }

  /** @param {number} index */
  function packageRow(index) {
    const one = front.packages[index];
    const button = make("button", { type: "button", text: packageName(one, index, language), title: words.setTo,
      "aria-pressed": "false", on: { click: () => acts.set(one.levers, one.late), focus: () => look(index), blur: () => look(null) } });
    const late = one.late.filter((years, i) => years && one.levers[i]).length;
    const node = make("tr", { on: { mouseenter: () => look(index), mouseleave: () => look(null) } },
      make("th", { scope: "row" }, button),
      ...front.axes.map((axis) => make("td", { text: figureText(axis, axis.values[index], language) })),
      make("td", { text: one.levers.filter(Boolean).length }), make("td", { text: late || "" }));
    return { node, button, index };
  }

  /** @param {number | null} index */
  function look(index) {
    if (brush.looked === index) return;
    brush.looked = index;
    draw();
  }

  /** @param {KeyboardEvent} event @param {number} place @param {0 | 1} end */
  function keyed(event, place, end) {
    /** @type {Record<string, number>} */
    const steps = { ArrowUp: 0.02, ArrowRight: 0.02, ArrowDown: -0.02, ArrowLeft: -0.02, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 };
    if (event.key === "Escape") brush.ranges[place] = [0, 1];
    else if (event.key in steps) {
      const range = brush.ranges[place], wanted = range[end] + steps[event.key];
      const bounded = end ? Math.min(1, Math.max(range[0], wanted)) : Math.max(0, Math.min(range[1], wanted));
      range[end] = Math.round(bounded * 1e6) / 1e6;
    } else return;
    event.preventDefault();
    changed();
  }

  // Dragged along an axis: from where the hand came down to where it is. A click frees the axis.
  /** @param {PointerEvent} event @param {number} place */
  function drag(event, place) {
    if (event.button !== 0) return;
    event.preventDefault();
    const { track } = axes[place];
    const box = track.getBoundingClientRect();
    /** @param {PointerEvent} at */
    const share = (at) => {
      const exact = 1 - (at.clientY - box.top) / box.height;
      return exact > 1 - SNAP ? 1 : exact < SNAP ? 0 : exact;
    };
    const from = share(event), begun = event.clientY;
    let far = false;
    track.setPointerCapture(event.pointerId);
    /** @param {PointerEvent} at */
    const move = (at) => {
      far = far || Math.abs(at.clientY - begun) >= STILL;
      if (!far) return;
      brush.ranges[place] = [Math.min(from, share(at)), Math.max(from, share(at))];
      changed();
    };
    const end = () => {
      track.removeEventListener("pointermove", move);
      if (far) return;
      brush.ranges[place] = [0, 1];
      changed();
    };
    track.addEventListener("pointermove", move);
    track.addEventListener("lostpointercapture", end, { once: true });
  }

  // The kept package whose line passes nearest to a place between the axes; none where none is near.
  /** @param {MouseEvent} event */
  function nearest(event) {
    const box = canvas.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    const room = front.axes.length > 1 ? (box.width - 2 * NET.side) / (front.axes.length - 1) : 1;
    const left = Math.floor((px - NET.side) / room), part = (px - NET.side) / room - left;
    if (left < 0 || left + 1 >= front.axes.length) return null;
    /** @param {number} index */
    const off = (index) => Math.abs(down((1 - part) * brush.shares[left][index] + part * brush.shares[left + 1][index]) - py);
    const found = brush.order.filter((index) => isKept(brush, index)).map((index) => ({ index, off: off(index) }))
      .sort((a, b) => a.off - b.off)[0];
    return found && found.off <= NEAR ? found.index : null;
  }

  /** @param {MouseEvent} event */
  function pick(event) {
    const index = event.target === canvas ? nearest(event) : null;
    if (index !== null) acts.set(front.packages[index].levers, front.packages[index].late);
  }

  /** @param {MouseEvent} event */
  function hover(event) { look(event.target === canvas ? nearest(event) : null); }

  function changed() {
    const kept = front.packages.filter((_, index) => isKept(brush, index)).length;
    rows.forEach(({ node, index }) => { node.hidden = !isKept(brush, index); });
    told.textContent = words.remain(kept, front.packages.length);
    clear.disabled = brush.ranges.every(([low, high]) => low === 0 && high === 1);
    axes.forEach(({ kept: bar, handles }, place) => {
      const [low, high] = brush.ranges[place];
      bar.style.top = `${100 * (1 - high)}%`;
      bar.style.height = `${100 * (high - low)}%`;
      bar.classList.toggle("qt-whole", low === 0 && high === 1);
      handles.forEach((handle, end) => {
        const share = brush.ranges[place][end];
        handle.style.top = `${down(share)}px`;
        handle.setAttribute("aria-valuenow", (100 * share).toFixed(0));
        handle.setAttribute("aria-valuetext", axisText(front.axes[place], share, language));
      });
    });
    canvas.setAttribute("aria-label", words.net(front.packages.length, front.axes.length, kept));
    draw();
  }

  function draw() {
    if (!panel.open || !canvas.clientWidth) return;
    const pen = fitCanvas(canvas, canvas.clientWidth, NET.height), colours = coloursOf(acts.root);
    const { levers, late } = acts.standing();
    pen.clearRect(0, 0, canvas.clientWidth, NET.height);
    /** @param {number} index @param {string} colour @param {number} width @param {number} opacity */
    const line = (index, colour, width, opacity) => {
      pen.beginPath();
      front.axes.forEach((_, place) => pen.lineTo(across(canvas.clientWidth, place), down(brush.shares[place][index])));
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.globalAlpha = opacity;
      pen.stroke();
      pen.globalAlpha = 1;
    };
    const kept = brush.order.filter((index) => isKept(brush, index));
    for (const index of brush.order) if (!isKept(brush, index)) line(index, colours.grid, 1, 1);
    for (const index of kept) line(index, colours.fan, 1, 0.55);
    rows.forEach(({ button, index }) => {
      const set = isSet(front.packages[index], levers, late);
      button.setAttribute("aria-pressed", String(set));
      if (set) line(index, colours.pin, 2.5, 1);
    });
    if (brush.looked !== null) line(brush.looked, colours.ink, 2, 1);
  }

  return { panel, draw, changed };
}
