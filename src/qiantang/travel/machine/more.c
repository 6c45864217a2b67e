// Operations that few models need, lane by lane by the C library's own functions.

#undef exp
#undef log
extern double sin(double), cos(double), tan(double), asin(double), acos(double), atan(double);
extern double sinh(double), cosh(double), tanh(double), log10(double), lgamma(double), erfc(double);

#define each(name, function) \
  inline V name(V x) { return (V){function(x.x), function(x.y)}; }
each(sin_lanes, sin) each(cos_lanes, cos) each(tan_lanes, tan) each(arcsin, asin)
each(arccos, acos) each(arctan, atan) each(sinh_lanes, sinh) each(cosh_lanes, cosh)
each(tanh_lanes, tanh) each(log10_lanes, log10) each(log_gamma, lgamma) each(erfc_lanes, erfc)
#define sin sin_lanes
#define cos cos_lanes
#define tan tan_lanes
#define sinh sinh_lanes
#define cosh cosh_lanes
#define tanh tanh_lanes
#define log10 log10_lanes
#define exp exp_lanes
#define log log_lanes

inline V normal_share(V x) { return 0.5 * erfc_lanes(-x * 0.7071067811865476); }

inline V normal_quantile(V share) {
  V tail = lesser(share, 1.0 - share);
  V q = sqrt(-2.0 * log(tail));
  V c = ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q
    - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783;
  V d = (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q
    + 3.754408661907416) * q + 1.0;
  V r = share - 0.5;
  V s = r * r;
  V a = (((((-39.69683028665376 * s + 220.9460984245205) * s - 275.9285104469687) * s
    + 138.357751867269) * s - 30.66479806614716) * s + 2.506628277459239) * r;
  V b = ((((-54.47609879822406 * s + 161.5858368580409) * s - 155.6989798598866) * s
    + 66.80131188771972) * s - 13.28068155288572) * s + 1.0;
  V guess = choose(tail < 0.02425, choose(share < 0.5, c / d, -c / d), a / b);
  V error = normal_share(guess) - share;
  V move = error * 2.5066282746310002 * exp(guess * guess * 0.5);
  V better = guess - move / (1.0 + guess * move * 0.5);
  return choose(tail > 0.0, better, choose(share < 0.5, -INF, INF));
}

inline U mixed(U word) {
  word = word + 0x9E3779B97F4A7C15ull;
  word = (word ^ (word >> 30ull)) * 0xBF58476D1CE4E5B9ull;
  word = (word ^ (word >> 27ull)) * 0x94D049BB133111EBull;
  return word ^ (word >> 31ull);
}

inline V draw(V time, V member, V seed, V place) {
  U word = mixed(bits(time + 0.0));
  word = mixed(word ^ bits(member + 0.0));
  word = mixed(word ^ bits(seed + 0.0));
  word = mixed(word ^ bits(place + 0.0));
  word = word >> 11ull;
  return ((V){(double)word.x, (double)word.y} + 0.5) * 0x1p-53;
}
