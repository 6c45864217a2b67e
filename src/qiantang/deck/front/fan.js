// One fan chart on a canvas: bands, median, history, target, and a pinned scenario behind it.

const EDGE = { left: 42, right: 8, top: 18, bottom: 20 };

// Colours come from the style sheet, so that light and dark pages need no second drawing code.
/** @param {HTMLElement} root */
function coloursOf(root) {
  const style = getComputedStyle(root);
  /** @param {string} name */
  const of = (name) => style.getPropertyValue(`--qt-${name}`).trim();
  return {
    fan: of("fan"), pin: of("pin"), ink: of("ink"), soft: of("soft"), grid: of("grid"),
    target: of("target"), paper: of("paper"), font: style.fontFamily,
  };
}

// The scale of a panel: wide enough for no lever and all levers, history and target; it grows
// when a frame leaves it, and never shrinks, so that the eye can compare.
/** @param {Panel} panel @param {Pair} range @param {number} factor */
function scaleOf(panel, range, factor) {
  let [low, high] = range;
  for (const point of panel.points) { low = Math.min(low, point.value); high = Math.max(high, point.value); }
  if (panel.line) { low = Math.min(low, panel.line[2]); high = Math.max(high, panel.line[2]); }
  if (!panel.over.length && low > 0) low = 0;
  const room = 0.06 * (high - low || 1);
  return { low: (low === 0 ? 0 : low - room) * factor, high: (high + room) * factor };
}

/** @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
  }
  const pen = /** @type {Pen} */ (canvas.getContext("2d"));
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}

/** @param {HTMLCanvasElement} canvas @param {FanJob} job */
function drawFan(canvas, job) {
  const { panel, fan, pin, plan, scale, factor, colours, language, showActual, width, height } = job;
  const pen = fitCanvas(canvas, width, height);
  const years = plan.years, first = years[0], last = years[years.length - 1];
  for (const levels of pin ? [fan, pin] : [fan]) {
    for (const row of levels) for (const value of row) {
      if (value * factor > scale.high) scale.high = value * factor * 1.03;
      if (value * factor < scale.low) scale.low = value * factor;
    }
  }
  const gap = plan.gap || 1;
  /** @param {number} year */
  const x = (year) => EDGE.left + ((year - first + gap / 2) / (last - first + gap)) * (width - EDGE.left - EDGE.right);
  /** @param {number} value */
  const y = (value) => height - EDGE.bottom
    - ((value * factor - scale.low) / (scale.high - scale.low)) * (height - EDGE.top - EDGE.bottom);
  pen.clearRect(0, 0, width, height);
  drawAxes(pen, { x, y, width, height, times: timesOf(plan, width), scale, factor, colours, language, moves: plan.moves, label: panel.words[language].label });
  const moving = plan.moves === null ? -1 : years.indexOf(plan.moves);
  band(pen, years, fan[0], fan[4], x, y, colours.fan, 0.18, 0);
  band(pen, years, fan[1], fan[3], x, y, colours.fan, 0.32, 0);
  if (pin) {
    for (const edge of [0, 4]) curve(pen, years, pin[edge], x, y, colours.pin, 0.9, [2, 2], Math.max(0, moving - 1));
  }
  if (pin) curve(pen, years, pin[2], x, y, colours.pin, 1.6, [5, 3], Math.max(0, moving - 1));
  curve(pen, years, fan[2], x, y, colours.fan, 2, [], 0);
  if (panel.line) {
    pen.strokeStyle = colours.target;
    pen.lineWidth = 1.6;
    pen.setLineDash(panel.kind === "sum_of_years" ? [4, 3] : []);
    pen.beginPath();
    pen.moveTo(x(Math.max(first, panel.line[0])), y(panel.line[2]));
    pen.lineTo(x(Math.min(last, panel.line[1])), y(panel.line[2]));
    pen.stroke();
    pen.setLineDash([]);
    if (panel.kind !== "sum_of_years") diamond(pen, x(panel.years[panel.years.length - 1]), y(panel.line[2]), colours);
  }
  for (const point of panel.points) {
    if (plan.moves !== null && point.year < plan.moves) dot(pen, x(point.year), y(point.value), colours, point.grade);
    else if (showActual) cross(pen, x(point.year), y(point.value), colours);
  }
}

// Years, or times of another unit, that stand far enough apart to be written.
/** @param {Plan} plan @param {number} width */
function timesOf(plan, width) {
  const [first, last] = [plan.years[0], plan.years[plan.years.length - 1]];
  const room = width - EDGE.left - EDGE.right;
  if (plan.moves === null) {
    return ticksOf(first, last, Math.max(2, Math.floor(room / 60))).map((tick) => Number(tick.toPrecision(10)))
      .filter((tick) => tick < last - 14 * (last - first) / room);
  }
  const space = room / (last - first + 1);
  const every = [1, 2, 5, 10].find((step) => step * space >= 34) || 10;
  const from = Math.ceil(first / every) * every;
  return Array.from({ length: Math.floor((last - from) / every) + 1 }, (_, i) => from + i * every);
}

/** @param {Pen} pen @param {Axes} a */
function drawAxes(pen, a) {
  pen.font = `10px ${a.colours.font}`;
  pen.lineWidth = 1;
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  for (const tick of ticksOf(a.scale.low, a.scale.high, 4)) {
    const at = Math.round(a.y(tick / a.factor)) + 0.5;
    pen.strokeStyle = a.colours.grid;
    pen.beginPath();
    pen.moveTo(EDGE.left, at);
    pen.lineTo(a.width - EDGE.right, at);
    pen.stroke();
    pen.fillStyle = a.colours.soft;
    pen.fillText(written(tick, a.language), EDGE.left - 5, at);
  }
  pen.textAlign = "left";
  pen.fillText(a.label, 2, 7);
  pen.textAlign = "center";
  pen.textBaseline = "top";
  for (const time of a.times) pen.fillText(String(time), a.x(time), a.height - EDGE.bottom + 6);
  if (a.moves === null) return;
  const now = Math.round(a.x(a.moves - 0.5)) + 0.5;
  pen.strokeStyle = a.colours.soft;
  pen.setLineDash([1, 3]);
  pen.beginPath();
  pen.moveTo(now, EDGE.top);
  pen.lineTo(now, a.height - EDGE.bottom);
  pen.stroke();
  pen.setLineDash([]);
}

/** @param {Pen} pen @param {number[]} years @param {Numbers} low @param {Numbers} high @param {Along} x @param {Along} y @param {string} colour @param {number} opacity @param {number} from */
function band(pen, years, low, high, x, y, colour, opacity, from) {
  pen.beginPath();
  for (let i = from; i < years.length; i++) pen.lineTo(x(years[i]), y(high[i]));
  for (let i = years.length - 1; i >= from; i--) pen.lineTo(x(years[i]), y(low[i]));
  pen.closePath();
  pen.globalAlpha = opacity;
  pen.fillStyle = colour;
  pen.fill();
  pen.globalAlpha = 1;
}

/** @param {Pen} pen @param {number[]} years @param {Numbers} values @param {Along} x @param {Along} y @param {string} colour @param {number} width @param {number[]} dash @param {number} from */
function curve(pen, years, values, x, y, colour, width, dash, from) {
  pen.beginPath();
  for (let i = from; i < years.length; i++) pen.lineTo(x(years[i]), y(values[i]));
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash(dash);
  pen.stroke();
  pen.setLineDash([]);
}

/** @param {Pen} pen @param {number} px @param {number} py @param {Colours} colours @param {string} grade */
function dot(pen, px, py, colours, grade) {
  pen.beginPath();
  pen.arc(px, py, 2.4, 0, 2 * Math.PI);
  pen.lineWidth = 1.2;
  pen.strokeStyle = colours.ink;
  pen.fillStyle = grade === "undocumented" ? colours.paper : colours.ink;
  pen.fill();
  pen.stroke();
}

/** @param {Pen} pen @param {number} px @param {number} py @param {Colours} colours */
function cross(pen, px, py, colours) {
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 1.3;
  pen.beginPath();
  pen.moveTo(px - 3, py - 3); pen.lineTo(px + 3, py + 3);
  pen.moveTo(px - 3, py + 3); pen.lineTo(px + 3, py - 3);
  pen.stroke();
}

/** @param {Pen} pen @param {number} px @param {number} py @param {Colours} colours */
function diamond(pen, px, py, colours) {
  pen.fillStyle = colours.target;
  pen.beginPath();
  pen.moveTo(px, py - 5); pen.lineTo(px + 5, py); pen.lineTo(px, py + 5); pen.lineTo(px - 5, py);
  pen.closePath();
  pen.fill();
}
