// The model x' = relu(W W^T x + b) and the gradient of its loss. Twin of crates/toy/src/model.rs.
//
// The output depends on the weights through A = W W^T alone, so whatever the data, a step needs
// only the moments G_ij = sum e_i x_j and g_i = sum e_i of the active errors
// e_i = 1(z_i > 0) (z_i - x_i), with z = A x + b.

/// Weight W_ik is w{i}_{k}, bias b_i is b{i}.
struct Model {
    //: for i in N
    //: for k in M
    w{i}_{k}: Parameter,
    //: end
    b{i}: Parameter,
    //: end
}

/// A = W W^T, n x n.
struct Gram {
    //: for i in N
    //: for j in N
    a{i}_{j}: f32,
    //: end
    //: end
}

/// G_ij is error{i}_input{j}, g_i is error{i}.
struct Moments {
    //: for i in N
    //: for j in N
    error{i}_input{j}: f32,
    //: end
    error{i}: f32,
    //: end
}

/// dL/dW_ik and dL/db_i.
struct Gradient {
    //: for i in N
    //: for k in M
    w{i}_{k}: f32,
    //: end
    b{i}: f32,
    //: end
}

/// A_ij = sum_k W_ik W_jk.
fn gram(model: Model) -> Gram {
    var a: Gram;
    //: for i in N
    //: for j in N
    //: for k in M
    a.a{i}_{j} += model.w{i}_{k}.value * model.w{j}_{k}.value;
    //: end
    //: end
    //: end
    return a;
}

/// With H_ij = I_i G_ij, where I = (1, ..., 1, r) are the importances:
/// dL/dW = scale (H + H^T) W and dL/db_i = scale I_i g_i.
fn gradient(model: Model, moments: Moments, importance: f32, scale: f32, bias: f32) -> Gradient {
    var d: Gradient;
    //: for i in N
    let importance{i} = select(1.0, importance, {i} == {N} - 1);
    //: end
    //: for i in N
    //: for j in N
    let both{i}_{j} = importance{i} * moments.error{i}_input{j} + importance{j} * moments.error{j}_input{i};
    //: for k in M
    d.w{i}_{k} += both{i}_{j} * model.w{j}_{k}.value;
    //: end
    //: end
    //: for k in M
    d.w{i}_{k} *= scale;
    //: end
    d.b{i} = bias * scale * importance{i} * moments.error{i};
    //: end
    return d;
}
