// The operations of a step for some members side by side: what the kernel has, in plain C vectors.
//
// A lane is a member. Comparisons give all bits or none, as WebAssembly's do. Nothing is
// contracted and nothing reassociated: every engine that runs this gives the same bits.

#define LANES 2

typedef double V __attribute__((ext_vector_type(LANES)));
typedef long long M __attribute__((ext_vector_type(LANES)));
typedef unsigned long long U __attribute__((ext_vector_type(LANES)));
typedef int I;

#define inline static inline __attribute__((always_inline))
#define apart static __attribute__((noinline))

#define NAN __builtin_nan("")
#define INF __builtin_inf()

#define load(a, i) (a)[(i) / KERNEL_WIDTH]
#define store(a, i, x) (a)[(i) / KERNEL_WIDTH] = (x)

inline V select_lanes(M c, V x, V y) {
  return (V)((c & (M)x) | (~c & (M)y));
}
inline V select_whole(I c, V x, V y) { return c ? x : y; }
#define choose(c, x, y) _Generic((c), M: select_lanes, default: select_whole)(c, x, y)
#define negate(c) _Generic((c), M: ~(c), default: !(c))
inline I some_lanes(M c) { return __builtin_reduce_or(c) != 0; }
inline I some_whole(I c) { return c; }
#define some(c) _Generic((c), M: some_lanes, default: some_whole)(c)

inline V fused(V x, V y, V z) { return x * y + z; }
inline V square(V x) { return x * x; }
inline V absolute(V x) { return __builtin_elementwise_abs(x); }
inline V sqrt_lanes(V x) { return __builtin_elementwise_sqrt(x); }
inline V floor_lanes(V x) { return __builtin_elementwise_floor(x); }
inline V trunc_lanes(V x) { return __builtin_elementwise_trunc(x); }
inline V rint_lanes(V x) { return __builtin_elementwise_rint(x); }
#define sqrt sqrt_lanes
#define floor floor_lanes
#define trunc trunc_lanes
#define rint rint_lanes

inline U bits(V x) { return (U)x; }
inline V from_bits(U x) { return (V)x; }
inline U larger(U x, U y) {
  U c = (U)(x > y);
  return (c & x) | (~c & y);
}

inline V quotient(V a, V b, V reciprocal) { return a / b; }
inline V lesser(V a, V b) { return choose(a != a, a, choose(a < b, a, b)); }
inline V greater(V a, V b) { return choose(a != a, a, choose(a > b, a, b)); }
inline V xidz(V a, V b, V otherwise) { return choose(absolute(b) < 1e-6, otherwise, a / b); }
inline V quantum(V a, V b) { return choose(b < 1e-6, a, b * trunc(a / b)); }
inline V step_function(V time, V dt, V height, V start) {
  return height * choose(time + dt / 2.0 > start, 1.0, 0.0);
}
inline V ramp(V time, V slope, V start, V end) {
  return choose(time + 1e-6 > start, 1.0, 0.0) * slope * (lesser(end, time) - start);
}
inline V pulse(V time, V dt, V start, V width) {
  V ahead = time + dt / 2.0;
  return choose((ahead > start) & (ahead < start + greater(width, dt)), 1.0, 0.0);
}
inline V pulse_train(V time, V dt, V start, V width, V repeat, V end) {
  V since = time + dt / 2.0 - start;
  V between = choose(repeat > 0.0, repeat, dt);
  V phase = since - floor(since / between) * between;
  M inside = (since > 0.0) & (time < end + dt / 2.0);
  return choose(inside & (phase < greater(width, dt)), 1.0, 0.0);
}

// ---- exponential, logarithm, power: as engine/compiled/powers.py, without a fused product ----

#define LOG2_HIGH 0.6931471805582987
#define LOG2_LOW 1.6465949582897082e-12
#define PER_LOG2 1.4426950408889634
#define ROUNDER (6755399441055744.0 + 1022.0)
#define SMALLEST_NORMAL 2.2250738585072014e-308
#define LARGEST 1.7976931348623157e308
#define SMALLEST_NORMAL_BITS 0x0010000000000000ull
#define NORMAL_SPAN 0x7FE0000000000000ull
#define ROOT_HALF_BITS 0x3FE6A09E667F3BCDull
#define FRACTION 0x000FFFFFFFFFFFFFull

inline V exp_of(V r, V shifted) {
  V z = r * r;
  V even = fused(2.7620075892548164e-07, z, 2.480152132234228e-05);
  V odd = fused(2.51003758422237e-08, z, 2.7557268480289716e-06);
  even = fused(even, z, 0.0013888888917196736);
  odd = fused(odd, z, 0.00019841269863040559);
  even = fused(even, z, 0.041666666666624164);
  odd = fused(odd, z, 0.008333333333330065);
  even = fused(even, z, 0.5);
  odd = fused(odd, z, 0.16666666666666669);
  V value = 1.0 + fused(z, fused(odd, r, even), r);
  return value * from_bits(bits(shifted) << 52ull) * 2.0;
}

inline V held(V x) {
  x = choose(x > 710.0, 710.0, x);
  return choose(x < -708.4, -708.4, x);
}

// The multiples of LOG2_HIGH are exact: it has 39 bits, their number eleven.
inline V exp_sum(V high, V low) {
  V x = held(high);
  V shifted = x * PER_LOG2 + ROUNDER;
  V times = shifted - ROUNDER;
  V r = (x - times * LOG2_HIGH) - times * LOG2_LOW;
  return exp_of(choose(x == high, r + low, r), shifted);
}

// The signed number in the upper twelve bits, by way of the low bits of 2**52 and some.
inline V exponent(U pattern) {
  return from_bits(((pattern >> 52ull) ^ 2048ull) | 0x4330000000000000ull) - (4503599627370496.0 + 2048.0);
}

typedef struct { V k, f, s, z, q; } Reduced;

inline Reduced reduced(V x) {
  U pattern = bits(x) - ROOT_HALF_BITS;
  Reduced m;
  m.k = exponent(pattern);
  m.f = from_bits((pattern & FRACTION) + ROOT_HALF_BITS) - 1.0;
  m.s = m.f / (m.f + 2.0);
  m.z = m.s * m.s;
  V zz = m.z * m.z;
  V even = fused(0.14616449820782476, zz, 0.181828891255921);
  V odd = fused(0.15331721589574307, zz, 0.22222211134790545);
  even = fused(even, zz, 0.28571428625975515);
  odd = fused(odd, zz, 0.39999999999899505);
  even = fused(even, zz, 0.666666666666667);
  m.q = fused(odd, m.z, even);
  return m;
}

typedef struct { V high, low; } Pair;

inline Pair log_sum(V x) {
  Reduced m = reduced(x);
  V main = m.k * LOG2_HIGH;
  V high = main + m.f;
  V rest = m.f - (high - main) + (m.k * LOG2_LOW - m.s * (m.f - m.z * m.q));
  Pair sum;
  sum.high = high + rest;
  sum.low = rest - (sum.high - high);
  return sum;
}

// A product as two floats (Dekker 1971).
inline Pair product_of(V x, V y) {
  V a = x * 134217729.0, b = y * 134217729.0;
  V xh = a - (a - x), yh = b - (b - y);
  V xl = x - xh, yl = y - yh;
  Pair p;
  p.high = x * y;
  p.low = ((xh * yh - p.high) + xh * yl + xl * yh) + xl * yl;
  p.low = choose(p.low == p.low, p.low, 0.0);
  return p;
}

inline U oddness(V x) { return bits(x) - SMALLEST_NORMAL_BITS; }
inline M beyond(U word) { return word >= NORMAL_SPAN; }
inline M odd(V x) { return beyond(oddness(x)); }
inline M odd_exponent(V y) { return y - y != 0.0; }

apart V log_normal(V x) {
  Reduced m = reduced(x);
  return m.k * LOG2_HIGH + (m.f + (m.k * LOG2_LOW - m.s * (m.f - m.z * m.q)));
}

inline Pair log_any(V x) {
  M tiny = x < SMALLEST_NORMAL;
  Pair sum = log_sum(choose(tiny, x * 18014398509481984.0, x));
  V scale = choose(tiny, -54.0, 0.0);
  V first = scale * LOG2_HIGH + sum.high, rest = scale * LOG2_LOW + sum.low;
  V total = first + rest;
  Pair found;
  found.high = choose(x > LARGEST, x, total);
  found.high = choose(x == 0.0, -INF, found.high);
  found.high = choose(x >= 0.0, found.high, NAN);
  found.low = rest - (total - first);
  return found;
}

inline V power_any(V x, V y) {
  V size = absolute(x);
  Pair sum = log_any(size);
  V scale = choose(size == 1.0, 0.0, y);
  Pair p = product_of(scale, sum.high);
  V value = exp_sum(p.high, p.low + scale * sum.low);
  V half = 0.5 * y;
  V even = choose(floor(half) == half, value, -value);
  V sign = choose(floor(y) == y, even, NAN);
  value = choose(x < 0.0, sign, value);
  value = choose(y == y, value, NAN);
  return choose((x == 1.0) | (y == 0.0), 1.0, value);
}

apart V power_normal(V x, V y) {
  Pair sum = log_sum(x);
  Pair p = product_of(y, sum.high);
  return exp_sum(p.high, p.low + y * sum.low);
}

apart V exp_lanes(V x) {
  V high = held(x);
  V shifted = high * PER_LOG2 + ROUNDER;
  V times = shifted - ROUNDER;
  return exp_of((high - times * LOG2_HIGH) - times * LOG2_LOW, shifted);
}

apart V log_lanes(V x) { return choose(odd(x), log_any(x).high, log_normal(x)); }

apart V power(V x, V y) {
  return choose(odd(x) | odd_exponent(y), power_any(x, y), power_normal(x, y));
}
#define exp exp_lanes
#define log log_lanes
