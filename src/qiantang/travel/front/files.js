// A state of the sliders as a scenario file, and as the fragment of an address.

// As Python rounds to ten decimals.
/** @param {number} value */
const rounded = (value) => Number(value.toFixed(10));

/** @param {Lever} lever @param {number} share */
const scaledPath = (lever, share) => lever.path.map(([time, value]) => [time, rounded(share * value)]);

/** @param {Pair[]} one @param {(Pair[] | null)} other */
const samePath = (one, other) => other !== null && one.length === other.length
  && one.every(([time, value], i) => time === other[i][0] && value === other[i][1]);

/** @param {[any, any][]} entries */
const flow = (entries) => `{${entries.map(([key, value]) => `${key}: ${value}`).join(", ")}}`;

// JSON's strings are strings of YAML as well.
/** @param {Plan} plan @param {string} name @param {string} title @param {number[]} shares */
function scenarioText(plan, name, title, shares) {
  const { file, levers } = plan.page;
  const words = title.split(/\s+/).filter(Boolean).join(" ");
  const lines = [file.schema.trimEnd(), `title: ${JSON.stringify(words || `Levers set by hand: ${name}`)}`];
  if (file.bilingual) lines.push(`title_zh: ${JSON.stringify(words || `自设情景：${name}`)}`);
  lines.push(`question: ${JSON.stringify(file.question)}`);
  if (file.bilingual) lines.push(`question_zh: ${JSON.stringify(file.question_zh)}`);
  lines.push(`base: ${file.base === null ? "null" : file.base}`);
  const set = levers.map((lever, i) => /** @type {[Lever, number, Pair[]]} */ ([lever, shares[i], scaledPath(lever, shares[i])]))
    .filter(([lever, share, path]) => (share !== 0 || lever.base !== null)
      && !(file.base !== null && samePath(path, lever.base)));
  lines.push(set.length ? "levers:" : "levers: {}");
  for (const [lever, share, path] of set) {
    const note = `Set by hand to ${Math.round(100 * share)}% of the plan in full, along the timing of the plan.`;
    lines.push(`  ${lever.name}:`, `    unit: ${JSON.stringify(lever.unit)}`, `    path: ${flow(path)}`,
      `    between: ${lever.between}`, `    cites: [${lever.cites.join(", ")}]`, "    reading: assumed",
      `    note: ${JSON.stringify(note)}`);
  }
  lines.push(...outsideLines(plan, shares, file));
  if (file.vintage !== null) lines.push(`vintage: ${JSON.stringify(file.vintage)}`);
  return `${lines.join("\n")}\n`;
}

/** @param {Plan} plan @param {number[]} shares */
const writtenShares = (plan, shares) => plan.page.levers
  .flatMap((lever, i) => (shares[i] === plan.start[i] ? [] : [`${lever.name}:${shares[i]}`])).join(",");

// Shares from the text of a fragment; what is no lever, or no share, is passed over.
/** @param {Plan} plan @param {string} text @param {string | null} outside */
function readShares(plan, text, outside) {
  const shares = readOutside(plan, outside);
  for (const part of text.split(",")) {
    const [name, value] = part.split(":");
    const index = plan.page.levers.findIndex((lever) => lever.name === name);
    const share = Math.round(Number(value) * 100) / 100;
    if (index >= 0 && value && share >= 0 && share <= 1) shares[index] = share;
  }
  return shares;
}

// The state as a fragment: language, sliders, and what they are compared with.
/** @param {Plan} plan @param {PageState} state */
function writtenState(plan, state) {
  const parts = new URLSearchParams();
  parts.set("lang", state.language);
  /** @param {string} name @param {string} text */
  const put = (name, text) => { if (text) parts.set(name, text); };
  put("levers", writtenShares(plan, state.shares));
  put("outside", writtenOutside(plan, state.shares));
  if (state.pinned) parts.set("with", state.pinned);
  else if (state.pinnedShares) {
    parts.set("pinned", writtenShares(plan, state.pinnedShares));
    put("pinned-outside", writtenOutside(plan, state.pinnedShares));
  }
  return parts.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
}

/** @param {Plan} plan @param {string} text */
function readState(plan, text) {
  const parts = new URLSearchParams(text.replace(/^#/, ""));
  const [asked, beside] = [parts.get("lang"), parts.get("with") || ""];
  const language = asked === "zh" || asked === "en" ? asked : plan.page.language;
  const pinned = plan.scenarios.some((s) => s.name === beside) ? beside : "";
  const held = parts.get("pinned");
  const pinnedShares = held === null ? null : readShares(plan, held, parts.get("pinned-outside"));
  return { language, shares: readShares(plan, parts.get("levers") || "", parts.get("outside")), pinned, pinnedShares };
}
