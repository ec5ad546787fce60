// Pettitt's test as its formula is printed: slow, and the measure of the kernel beside it.

/// U_t = Σ_{i ≤ t} Σ_{j > t} sign(x_i − x_j), K = max |U_t|.
package func pettittReference(_ values: [Double]) -> PettittTest? {
    let places = values.indices.filter { values[$0].isFinite }
    let n = places.count
    if n < pettittCountMinimum { return nil }
    var (largest, signed, change) = (-1, 0, 0)
    for t in 1..<n {
        var u = 0
        for i in 0..<t {
            for j in t..<n {
                let (x, y) = (values[places[i]], values[places[j]])
                u += x > y ? 1 : x < y ? -1 : 0
            }
        }
        if u.magnitude > largest { (largest, signed, change) = (Int(u.magnitude), u, places[t]) }
    }
    return PettittTest(count: n, k: largest, u: signed, changeIndex: change)
}
