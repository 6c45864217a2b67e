// The way of a block of members through time: as engine/compiled/codegen.py has it, for delays of a
// fixed number of steps.

typedef struct {
  double dt;
  I blocks, begin, steps, saved_count, members;
  const double *shared, *own;       // constants, of all and of each block
  const I *own_of;                  // place of each constant among a block's own, or -1
  I own_count;
  const double *series;             // (step, series), from the first step of the run
  I series_count;
  const I *series_of;               // place of each filled row among the series, or -1
  const double *knots;              // (block, knot, lane)
  I knot_rows;
  const I *knot_of, *left;          // left: (step, filled row)
  const double *share;              // (step, filled row)
  const I *saved, *place;           // steps to save, ascending, and where each goes
  const double *early;              // (block, moved state, lane), where begin is above 0
  double *out;                      // (output, time, member)
  double *past;                     // room for the memory of delays
  unsigned char *bad;               // (member)
} Job;


static void record(const I (*rows)[2], I count, I place, const Job *j, I here) {
  I lanes = j->members - here < LANES ? j->members - here : LANES;
  for (I i = 0; i < count; i++)
    for (I l = 0; l < lanes; l++) {
      double x = a[rows[i][1]][l];
      j->out[(rows[i][0] * j->saved_count + place) * j->members + here + l] = x;
      if (x - x != 0.0) j->bad[here + l] = 1;
    }
}

static void check(const Job *j, I here) {
  I lanes = j->members - here < LANES ? j->members - here : LANES;
  for (I i = 0; i < MOVED_COUNT; i++)
    for (I l = 0; l < lanes; l++) {
      double x = a[MOVED[i]][l];
      if (x - x != 0.0) j->bad[here + l] = 1;
    }
}

static void fill(const Job *j, I block, I k) {
  for (I r = 0; r < FILLED; r++) {
    if (j->series_of[r] >= 0) {
      a[FIRST_FILLED + r] = j->series[k * j->series_count + j->series_of[r]];
    } else {
      const V *x = (const V *)j->knots + block * j->knot_rows + j->knot_of[r] + j->left[k * FILLED + r];
      double part = j->share[k * FILLED + r];
      V value = x[0];
      if (part != 0.0) value = value + (x[1] - value) * part;
      a[FIRST_FILLED + r] = value;
    }
  }
}

static void delayed(V *past, I k, I steps) {
  for (I d = 0; d < DELAY_COUNT; d++)
    for (I l = 0; l < LANES; l++) {
      double order = a[DELAYS[d][3]][l], value = a[DELAYS[d][1]][l];
      if (order != order) value = NAN;
      else if (order <= k) value = past[d * (steps + 1) + k - (I)order][l];
      a[DELAYS[d][0]][l] = value;
    }
}

__attribute__((export_name("run"))) void run(const Job *j) {
  V *past = (V *)j->past;
  for (I block = 0; block < j->blocks; block++) {
    I here = block * LANES;
    const V *own = (const V *)j->own + block * j->own_count;
    for (I r = 0; r < CONSTANTS; r++)
      a[r] = j->own_of[r] < 0 ? (V)(j->shared[r]) : own[j->own_of[r]];
    fill(j, block, 0);
    if (j->begin == 0) start();
    still();
    I stuck = still_odd(), s = stuck, p = 0;
    if (j->begin > 0)
      for (I i = 0; i < MOVED_COUNT; i++)
        a[MOVED[i]] = ((const V *)j->early)[block * MOVED_COUNT + i];
    for (I k = 0; k <= j->steps; k++) {
      delayed(past, k, j->steps);
      for (I stage = 0; stage < STAGES; stage++) {
        if (k + stage > 0) fill(j, block, STAGES == 1 ? k : 3 * k + (stage + 1) / 2);
        I q = p;
        for (; stage == 0 && q < j->saved_count && j->saved[q] == k; q++)
          record(BEFORE, BEFORE_COUNT, j->place[q], j, here);
        if (k == j->steps) check(j, here);
        if (s == 0) s = step(j->dt, stage);
        if (s != 0) s = step_any(j->dt, stage) | stuck;
        for (; p < q; p++) record(AFTER, AFTER_COUNT, j->place[p], j, here);
        if (stage == 0)
          for (I d = 0; d < DELAY_COUNT; d++) past[d * (j->steps + 1) + k] = a[DELAYS[d][2]];
        if (k == j->steps) break;
      }
    }
  }
}
