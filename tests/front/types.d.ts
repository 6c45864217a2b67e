// What Python tells the deck and the page, and what their parts hand to each other.

type Language = "zh" | "en";
type Pair = [number, number];
type Unit = { factor: number; short: string; large?: [string, number][] };
type Titled = { title: string; title_zh: string };
/** Output and time of a value that the engine saves; output -1: a row of those before. */
type Place = [number, number];

interface Panel extends Titled {
  target: string;
  kind: string;
  sense: "above" | "at_least" | "rises" | "rises_each_year" | "level";
  said: "figure" | "word" | "none" | "level";
  over: string[];
  years: number[];
  threshold: number;
  line: [number, number, number] | null;
  words: Record<Language, Unit & { article: string; label: string }>;
  actual: number | null;
  points: { year: number; value: number; grade: string }[];
}

interface Control extends Titled {
  lever: string;
  meaning: string;
  articles: number[];
  cited: Record<string, string>;
  start: number;
  range?: Pair;
  value?: number;
  large?: Record<Language, [string, number][]>;
}

interface Knob extends Titled {
  name: string;
  key: "drivers" | "constants";
  how: "growth" | "value" | "factor";
  range: Pair;
  value: number;
  start: number;
  date: number;
  vintage: string;
  years: [year: number, ratio: number, expected: number][];
  words: Record<Language, Unit>;
}

interface Lever {
  name: string;
  column: number;
  rest: number;
  way: number;
  knots: number[];
  base: Pair[] | null;
  path: Pair[];
  unit: string;
  between: string;
  cites: number[];
  range?: Pair;
  value?: number;
  start?: number;
}

interface Reads {
  early: number[][];
  series: Record<string, Place[]>[];
  measured: number[];
}

interface Sizes {
  members: number;
  steps: number;
  begin: number;
  dt: number;
  outputs: number;
  times: number;
  delays: number;
}

interface FileWords {
  schema: string;
  question: string;
  question_zh: string;
  base: string | null;
  drivers: Record<string, string>;
  vintage: string | null;
  bilingual: boolean;
}

interface Outcome extends Titled {
  observed: "series" | "other" | "none";
  words: Record<Language, Unit & { article: string; note: string }>;
}

interface Reviews {
  days: string[];
  scenario: Titled;
  rows: (Titled & { chances: (number | null)[] })[];
}

/** An objective of a robust search, and what every package comes to on it. */
interface FrontAxis extends Titled {
  up: boolean;
  share: boolean;
  words: Record<Language, Unit>;
  values: number[];
}
/** A package; without a title it was not picked. */
interface FrontPackage extends Titled { holds: boolean; levers: number[]; late: number[] }
interface Front extends Titled { fresh: number; axes: FrontAxis[]; packages: FrontPackage[] }

interface Source {
  members: number;
  seed: number;
  fit: string;
  model: string;
  file: string;
  base_year: number;
  vintage: Titled;
  base: Titled;
  plan: Titled;
  timing: number[];
}

interface Plan {
  kind?: "model";
  groups: (Titled & { controls: Control[] })[];
  panels: Panel[];
  outcomes: { years: number[]; rows: Outcome[] };
  reviews?: Reviews | null;
  front?: Front | null;
  years: number[];
  gap?: number;
  moves: number | null;
  quantiles: number[];
  ranges: Pair[];
  scenarios: (Titled & { name: string })[];
  start: number[];
  outside: Knob[];
  step: number;
  saves: boolean;
  source: Source;
  plan: Titled;
  articles: (Record<string, { quote: string; translation: string }> & { lang: any }) | null;
  page: {
    sizes: Sizes;
    reads: Reads[];
    told: Place[][][];
    levers: Lever[];
    language: Language;
    file: FileWords;
    about: Titled & { date: string };
  };
}

type Numbers = number[] | Float32Array | Float64Array;
interface Frame {
  sound: number;
  probability: Numbers;
  interval: Numbers[];
  fans: Numbers[][];
  outcomes: Numbers[][];
}

/** A model as the deck knows it: of a notebook, or of the page itself. */
interface Model {
  get(name: string): any;
  set(name: string, value: unknown): void;
  on(event: string, act: (...given: any[]) => unknown): void;
  off(event: string, act: (...given: any[]) => unknown): void;
  save_changes(): void;
  send(content: Message): void;
}
interface Message {
  kind: "frame" | "pin" | "save";
  view: string;
  [key: string]: any;
}

/** A slider at one of its ends: asked for to see what it does. */
interface Probe { lever: number; end: number }
interface Effects {
  ask(levers: number[]): void;
  stop(): void;
  pending(): boolean;
  next(levers: number[]): { probe: Probe; levers: number[] };
  take(probe: Probe, frame: Frame): void;
  of(lever: number, card: number): number;
}
/** Shares of packages by axis, what is kept of each, and the package that is looked at. */
interface BrushState { shares: number[][]; order: number[]; ranges: Pair[]; looked: number | null; open: boolean }
interface BrushActs {
  root: HTMLElement;
  standing(): { levers: number[]; late: number[] };
  set(levers: number[], late: number[]): void;
}
interface Choosing { possible: boolean; act: () => void }
interface Flight { id: number; asked: number; probe?: Probe; patience?: ReturnType<typeof setTimeout> }
interface Card {
  card: HTMLElement;
  canvas: HTMLCanvasElement;
  chance: HTMLElement;
  versus: HTMLElement;
  numbers: HTMLElement;
  choose: HTMLElement;
}
interface Slider {
  row: HTMLElement;
  input: HTMLInputElement;
  value: HTMLOutputElement;
  told: (share: number) => string;
  effect: HTMLOutputElement;
  late: HTMLElement;
}
interface Scale { low: number; high: number }
interface DeckState {
  levers: number[];
  late: number[];
  frame: Frame | null;
  pin: Frame | null;
  pinned: string;
  showActual: boolean;
  asked: number;
  answered: number;
  inFlight: Flight | null;
  dirty: boolean;
  times: { asked: number; answered: number; drawn: number; kernel: number }[];
  resting: ReturnType<typeof setTimeout> | undefined;
  cards: Card[];
  sliders: Slider[];
  outcomes: HTMLElement[][];
  scales: Map<string, Scale>;
  chosen: number | null;
  brush: BrushState | null;
  net: { panel: HTMLElement; draw(): void; changed(): void } | null;
}
interface Acts extends BrushActs {
  moved(index: number, value: number): void;
  rest(): void;
  reset(): void;
  all(value: number): void;
  actual(shown: boolean): void;
  language(): void;
  pin(name: string): void;
  save(name: string, title: string): void;
}

type Pen = CanvasRenderingContext2D;
type Along = (value: number) => number;
interface Colours {
  fan: string; pin: string; ink: string; soft: string; grid: string; target: string; paper: string; font: string;
}
interface FanJob {
  panel: Panel;
  fan: Numbers[];
  pin: Numbers[] | null;
  plan: Plan;
  scale: Scale;
  factor: number;
  colours: Colours;
  language: Language;
  showActual: boolean;
  width: number;
  height: number;
}
interface Axes {
  x: Along; y: Along; width: number; height: number; times: number[]; scale: Scale; factor: number; colours: Colours;
  language: Language; moves: number | null; label: string;
}

type Said = (value: any) => string;
interface Words {
  name: string; levers: string; hint: (year: number, from: string, to: string) => string;
  timing: (first: number, last: number) => string; reset: string; full: string; none: string; compare: string;
  pinned: Said; pinNow: string; noPin: string; save: string; saveName: string; saveTitle: string; saveHint: string;
  download: string; saved: Said; ready: Said; actual: string; other: string;
  target: { above: string; at_least: string; rises: Said; rises_each_year: Said };
  sum: (first: number, last: number) => string; mean: string; reached: string; outcomes: string; outcome: string;
  reviews: (scenario: string) => string; reviewTarget: string;
  articleHead: string; before: string; observed: Record<"series" | "other" | "none", string>; prior: string;
  odds: Record<"likely" | "open" | "unlikely" | "none", string>; of: Said; change: string; least: string;
  interval: (low: string, high: string) => string; then: string; colon: string; bracket: Said; happened: Said;
  legend: Record<"band90" | "band50" | "median" | "seen" | "unsure" | "target" | "pinned", string> & { later: Said };
  frame: (ms: string, rate: string) => string; rate: Said; waiting: string; lost: string;
  source: (source: Source, sound: number) => string; announce: (parts: string[]) => string; lever: string;
  chart: (title: string, text: string) => string;
  front: (title: string) => string; frontHint: (fresh: number) => string; worst: Said; best: Said; clear: string;
  remain: (kept: number, all: number) => string; net: (all: number, axes: number, kept: number) => string;
  package: string; packages: string; number: Said; pulls: string; lateHead: string; setTo: string; late: Said;
  choose: string; effects: string; effectsOn: (name: string, points: boolean) => string;
}
interface PageWords {
  lead: string; here: Said; starting: string; refused: Said; print: string; outside: string; outsideHint: string;
  expected: (first: number, last: number, growth: string[]) => string; held: { value: Said; factor: Said };
  rest: string; neededOf: string; needed: string; lacks: { at: Said; never: string };
  holds: { at: Said; never: string }; points: Said; times: Said; changed: Said; and: string;
}

/** Rows of members; a row that all of them share has length 1. */
interface MemberRows { rows: Float64Array[]; shape: number[] }
/** Of floats, or of whole numbers in an Int32Array, which reads alike. */
interface Whole { data: Float64Array; shape: number[] }
interface Arrays {
  shared: Whole; own_of: Whole; own: MemberRows; series: Whole; series_of: Whole; knots: MemberRows; knot_of: Whole;
  left: Whole; share: Whole; after: Whole; figures: MemberRows; saved: Whole; place: Whole; early: MemberRows;
  way_left: Whole; way_share: Whole; before: MemberRows; pins: Whole;
}
/** Place of a column among the series, and its value on each step. */
type Column = [number, Float64Array];
/** Of each slider of the world: as in the scenario, a number, or a factor for each year. */
type Setting = number | number[] | null;
interface Answer { out: Float64Array; bad: Uint8Array }
type RowOf = (place: Place) => Float64Array;
type Figures = { get(year: number): Float64Array };
interface PageState { language: Language; shares: number[]; pinned: string; pinnedShares: number[] | null }
interface Head { name: string; shape: number[]; own?: number[]; whole?: boolean }

/** Of deck.js, which is a module in a notebook. */
declare function render(page: { model: Model; el: HTMLElement }): () => void;

/** The step of a model as JavaScript, written by qiantang.travel.machine.jssource. */
declare const PROGRAM: {
  rows: number; stages: number; constants: number; firstFilled: number; filled: number; moved: number[];
  before: Pair[]; after: Pair[]; delays: [number, number, number, number][];
};
declare function start(a: Float64Array): void;
declare function still(a: Float64Array): void;
declare function step(a: Float64Array, dt: number, stage: number): void;
