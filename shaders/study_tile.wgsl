// What a workgroup does with a tile of a study's samples: through the network, back, and into the
// gradient.

/// Inputs of a tile, sample after sample, and then errors times importance.
var<workgroup> features: array<vec4f, 2u * TILE * NQ>;
const ERRORS = TILE * NQ;
/// Hidden units of a tile, and then what errors are worth to them.
var<workgroup> units: array<vec4f, 2u * TILE * MQ>;
const BACK = TILE * MQ;
//: for any in SHARED_UNITS
/// Sums of invocations that share the features of a hidden unit.
var<workgroup> unit_sums: array<vec4f, UNIT_PARTS * TILE * MQ>;
//: end

/// The parts of a model's gradient that an invocation has in registers, and of the loss.
struct Sums {
    squares: vec4f,
    //: for slot in SLOTS
    //: for c in 4
    encoder{slot}_{c}: vec4f,
    //: end
    //: end
    //: for slot in UNTIED_SLOTS
    //: for c in 4
    decoder{slot}_{c}: vec4f,
    //: end
    //: end
}

/// Draws a tile; rows up to a whole number of jobs are zero.
fn draw_tile(place: Place, step: u32, first: u32, samples: u32, lane: u32) {
    for (var t = lane; t < samples; t += LANES) {
        mark_units(t, place.units, Draw(place.key, step, first + t));
    }
    workgroupBarrier();
    let rows = (samples + ROWS - 1u) / ROWS * ROWS;
    for (var job = lane; job < rows * NQ; job += LANES) {
        let t = job / NQ;
        var quad = vec4f();
        if (t < samples) {
            quad = input_quad(t, job % NQ, Draw(place.key, step, first + t));
        }
        features[job] = quad;
    }
}

/// What becomes of the sum for quad `job` of the units from `goal` on.
fn settle_unit(sum: vec4f, job: u32, goal: u32) {
    var unit = sum;
    if (RECTIFY_HIDDEN) {
        // Errors come back to units that are on.
        unit = select(max(sum, vec4f()), select(vec4f(), sum, units[job] > vec4f()), goal == BACK);
    }
    units[goal + job] = unit;
}

/// Multiplies a tile of features, from `source` on, with weights: the hidden units, from `goal` on.
fn sum_units(source: u32, weights: u32, goal: u32, samples: u32, lane: u32) {
    let rows = (samples + ROWS - 1u) / ROWS * (ROWS / UNIT_ROWS);
    for (var job = lane; job < rows * MQ * UNIT_PARTS; job += LANES) {
        let kq = job % MQ;
        //: for any in OWN_UNITS
        let t = job / MQ * UNIT_ROWS;
        let part = 0u;
        //: end
        //: for any in SHARED_UNITS
        let t = job / MQ % rows * UNIT_ROWS;
        let part = job / (MQ * rows);
        //: end
        //: for s in UNIT_ROWS
        var sum{s} = vec4f();
        //: end
        // Places move along, which is cheaper than to multiply for each.
        var at = weights + 4u * part * QUADS * MQ + kq;
        var feature = source + t * NQ + part * QUADS;
        for (var iq = part * QUADS; iq < NQ; iq += UNIT_PARTS * QUADS) {
            //: for q in QUADS
            //: for c in 4
            let w{q}_{c} = parameters[at + (4 * {q} + {c}) * MQ];
            //: end
            //: for s in UNIT_ROWS
            let x{q}_{s} = features[feature + {s} * NQ + {q}];
            sum{s} = fma(vec4f(x{q}_{s}.x), w{q}_0, sum{s});
            sum{s} = fma(vec4f(x{q}_{s}.y), w{q}_1, sum{s});
            sum{s} = fma(vec4f(x{q}_{s}.z), w{q}_2, sum{s});
            sum{s} = fma(vec4f(x{q}_{s}.w), w{q}_3, sum{s});
            //: end
            //: end
            at += 4u * MQ * UNIT_PARTS * QUADS;
            feature += UNIT_PARTS * QUADS;
        }
        //: for s in UNIT_ROWS
        //: for any in SHARED_UNITS
        unit_sums[(part * TILE + t + {s}) * MQ + kq] = sum{s};
        //: end
        //: for any in OWN_UNITS
        settle_unit(sum{s}, (t + {s}) * MQ + kq, goal);
        //: end
        //: end
    }
    //: for any in SHARED_UNITS
    workgroupBarrier();
    for (var job = lane; job < rows * UNIT_ROWS * MQ; job += LANES) {
        var sum = unit_sums[job];
        for (var part = 1u; part < UNIT_PARTS; part++) {
            sum += unit_sums[part * TILE * MQ + job];
        }
        settle_unit(sum, job, goal);
    }
    //: end
}

/// Errors of a tile, times importance, from its hidden units; returns this invocation's part of
/// their weighted squares.
fn compare(at: u32, samples: u32, lane: u32) -> vec4f {
    var squares = vec4f();
    let rows = (samples + ROWS - 1u) / ROWS;
    for (var job = lane; job < rows * NQ; job += LANES) {
        let iq = job % NQ;
        let t = job / NQ * ROWS;
        let bias = parameters[at + BIASES + iq];
        //: for s in ROWS
        var z{s} = bias;
        //: end
        for (var k = 0u; k < MQ; k++) {
            let row = at + DECODER + 4u * iq * MQ + k;
            //: for c in 4
            let w{c} = parameters[row + {c} * MQ];
            //: end
            let wx = vec4f(w0.x, w1.x, w2.x, w3.x);
            let wy = vec4f(w0.y, w1.y, w2.y, w3.y);
            let wz = vec4f(w0.z, w1.z, w2.z, w3.z);
            let ww = vec4f(w0.w, w1.w, w2.w, w3.w);
            //: for s in ROWS
            let h{s} = units[(t + {s}) * MQ + k];
            z{s} = fma(vec4f(h{s}.x), wx, z{s});
            z{s} = fma(vec4f(h{s}.y), wy, z{s});
            z{s} = fma(vec4f(h{s}.z), wz, z{s});
            z{s} = fma(vec4f(h{s}.w), ww, z{s});
            //: end
        }
        let importance = importances(iq);
        //: for s in ROWS
        {
            let x = features[(t + {s}) * NQ + iq];
            let wanted = select(x, abs(x), ABSOLUTE);
            let off = vec4<bool>(RECTIFY_OUTPUT) & (z{s} <= vec4f());
            let live = vec4<bool>(t + {s} < samples);
            let miss = select(z{s} - wanted, -wanted, off);
            features[ERRORS + (t + {s}) * NQ + iq] = select(vec4f(), importance * miss, live & !off);
            squares += select(vec4f(), importance * miss * miss, live);
        }
        //: end
    }
    return squares;
}

/// A block of the gradient of encoder and decoder that the samples `part`, `part` + `parts`, ... of a tile
/// add to.
struct Block {
    //: for c in 4
    encoder{c}: vec4f,
    decoder{c}: vec4f,
    //: end
}

/// Adds a tile to a block of the gradient, or to a quad of biases.
fn add_tile(before: Block, job: u32, part: u32, parts: u32, samples: u32) -> Block {
    var sum = before;
    if (job < BLOCKS) {
        let iq = job / MQ;
        let kq = job % MQ;
        var feature = part * NQ + iq;
        var unit = part * MQ + kq;
        for (var t = part; t < samples; t += parts) {
            let x = features[feature];
            let e = features[ERRORS + feature];
            let h = units[unit];
            let b = units[BACK + unit];
            feature += parts * NQ;
            unit += parts * MQ;
            if (TIED) {
                sum.encoder0 = fma(vec4f(e.x), h, fma(vec4f(x.x), b, sum.encoder0));
                sum.encoder1 = fma(vec4f(e.y), h, fma(vec4f(x.y), b, sum.encoder1));
                sum.encoder2 = fma(vec4f(e.z), h, fma(vec4f(x.z), b, sum.encoder2));
                sum.encoder3 = fma(vec4f(e.w), h, fma(vec4f(x.w), b, sum.encoder3));
            } else {
                sum.encoder0 = fma(vec4f(x.x), b, sum.encoder0);
                sum.encoder1 = fma(vec4f(x.y), b, sum.encoder1);
                sum.encoder2 = fma(vec4f(x.z), b, sum.encoder2);
                sum.encoder3 = fma(vec4f(x.w), b, sum.encoder3);
                sum.decoder0 = fma(vec4f(e.x), h, sum.decoder0);
                sum.decoder1 = fma(vec4f(e.y), h, sum.decoder1);
                sum.decoder2 = fma(vec4f(e.z), h, sum.decoder2);
                sum.decoder3 = fma(vec4f(e.w), h, sum.decoder3);
            }
        }
    } else if (job < JOBS) {
        for (var t = part; t < samples; t += parts) {
            sum.encoder0 += features[ERRORS + t * NQ + job - BLOCKS];
        }
    }
    return sum;
}

/// The slots that an invocation has: job and part of its first one.
fn job_of(lane: u32) -> u32 {
    return select(lane, lane % JOBS, BLOCK_PARTS > 1u);
}

fn part_of(lane: u32) -> u32 {
    return select(0u, lane / JOBS, BLOCK_PARTS > 1u);
}

/// Works through the tiles `part`, `part` + `parts`, ... of a model's batch.
fn sum_batch(at: u32, place: Place, step: u32, part: u32, lane: u32, own: u32) -> Sums {
    var sums: Sums;
    let count = sample_count(place, step);
    for (var first = part * TILE; first < count; first += run.parts * TILE) {
        let samples = min(TILE, count - first);
        draw_tile(place, step, first, samples, lane);
        workgroupBarrier();
        sum_units(0u, at, 0u, samples, lane);
        workgroupBarrier();
        sums.squares += compare(at, samples, lane);
        workgroupBarrier();
        sum_units(ERRORS, at + DECODER, BACK, samples, lane);
        workgroupBarrier();
        //: for slot in SLOTS
        if (part_of(lane) < BLOCK_PARTS) {
            var block: Block;
            //: for c in 4
            block.encoder{c} = sums.encoder{slot}_{c};
            //: for any in UNTIED
            block.decoder{c} = sums.decoder{slot}_{c};
            //: end
            //: end
            block = add_tile(block, job_of(lane) + {slot} * LANES, part_of(lane), BLOCK_PARTS, samples);
            //: for c in 4
            sums.encoder{slot}_{c} = block.encoder{c};
            //: for any in UNTIED
            sums.decoder{slot}_{c} = block.decoder{c};
            //: end
            //: end
        }
        //: end
        //: for any in BIG
        // More than registers hold: each invocation adds to its own blocks in memory.
        for (var job = lane; job < JOBS; job += LANES) {
            let block = add_tile(Block(), job, 0u, 1u, samples);
            add_block(own, job, block);
        }
        //: end
    }
    //: for any in SHARED_BLOCKS
    sums = sum_parts(sums, lane);
    //: end
    return sums;
}

//: for any in SHARED_BLOCKS
/// Quads of a block.
const BLOCK_QUADS = select(8u, 4u, TIED);

/// The sums of all invocations that share a block, for the first of them.
fn sum_parts(own: Sums, lane: u32) -> Sums {
    var sums = own;
    let job = job_of(lane);
    let part = part_of(lane);
    workgroupBarrier();
    if (part > 0u && part < BLOCK_PARTS) {
        let at = ((part - 1u) * JOBS + job) * BLOCK_QUADS;
        //: for c in 4
        features[at + {c}] = sums.encoder0_{c};
        //: for any in UNTIED
        features[at + 4u + {c}] = sums.decoder0_{c};
        //: end
        //: end
    }
    workgroupBarrier();
    if (part == 0u) {
        for (var other = 0u; other < BLOCK_PARTS - 1u; other++) {
            let at = (other * JOBS + job) * BLOCK_QUADS;
            //: for c in 4
            sums.encoder0_{c} += features[at + {c}];
            //: for any in UNTIED
            sums.decoder0_{c} += features[at + 4u + {c}];
            //: end
            //: end
        }
    }
    workgroupBarrier();
    return sums;
}
//: end

/// The sum of what all invocations bring, for the first of them.
fn sum_of_all(squares: vec4f, lane: u32) -> f32 {
    workgroupBarrier();
    features[lane] = squares;
    workgroupBarrier();
    if (lane < 8u) {
        var sum = vec4f();
        for (var other = lane; other < LANES; other += 8u) {
            sum += features[other];
        }
        features[lane] = sum;
    }
    workgroupBarrier();
    var sum = vec4f();
    if (lane == 0u) {
        for (var other = 0u; other < 8u; other++) {
            sum += features[other];
        }
    }
    return sum.x + sum.y + sum.z + sum.w;
}
