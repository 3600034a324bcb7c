//! The shaders' one notation beyond WGSL: loops that are written out before compilation.
//!
//! ```text
//! //: for i in 0..N
//! sum += x{i};
//! //: end
//! ```
//!
//! repeats the lines in between, with `{i}` replaced by 0, 1, ... N - 1. Loops nest; `in N` is short
//! for `in 0..N`; the ends are numbers or one of the given sizes, whose names can also stand in
//! braces. Everything the loop variables say is then known at compile time, so that what would be
//! an array indexed at run time becomes scalars, which live in registers.

/// Writes out the loops of a shader, given the values of the names it uses.
///
/// # Panics
/// When a loop is malformed: shaders are part of this program, and each is expanded by a test.
pub fn unroll(source: &str, sizes: &[(&str, usize)]) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let mut out = String::with_capacity(4 * source.len());
    expand(&lines, sizes, &mut |line| {
        out.push_str(line);
        out.push('\n');
    });
    sizes.iter().fold(out, |text, (name, value)| substitute(&text, name, *value))
}

fn expand(lines: &[&str], sizes: &[(&str, usize)], emit: &mut dyn FnMut(&str)) {
    let mut rest = lines;
    while let Some((line, after)) = rest.split_first() {
        rest = after;
        let Some(head) = directive(line) else {
            emit(line);
            continue;
        };
        let (name, range) = parse(head, sizes).unwrap_or_else(|| panic!("malformed: {line}"));
        let length = body_length(rest).unwrap_or_else(|| panic!("no end: {line}"));
        for value in range {
            expand(&rest[..length], sizes, &mut |line| emit(&substitute(line, name, value)));
        }
        rest = &rest[length + 1..];
    }
}

/// What follows `//:` on a line.
fn directive(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("//:").map(str::trim)
}

/// Variable and range of `for i in A..B`.
fn parse<'a>(head: &'a str, sizes: &[(&str, usize)]) -> Option<(&'a str, std::ops::Range<usize>)> {
    let number = |word: &str| {
        let named = sizes.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        named.or_else(|| word.parse().ok())
    };
    let (name, range) = head.strip_prefix("for ")?.split_once(" in ")?;
    let (start, end) = range.split_once("..").unwrap_or(("0", range));
    Some((name, number(start)?..number(end)?))
}

/// Number of lines before the `end` that closes a loop.
fn body_length(lines: &[&str]) -> Option<usize> {
    let mut depth = 1;
    lines.iter().position(|line| {
        match directive(line) {
            Some("end") => depth -= 1,
            Some(_) => depth += 1,
            None => {}
        }
        depth == 0
    })
}

fn substitute(text: &str, name: &str, value: usize) -> String {
    text.replace(&format!("{{{name}}}"), &value.to_string())
}

#[cfg(test)]
mod tests {
    use super::unroll;

    #[test]
    fn nested_loops_are_written_out() {
        let source = "a\n  //: for i in N\n  b{i}\n  //: for k in 1..M\n  c{i}_{k}\n  //: end\n  //: end\nd{N}";
        let expected = "a\n  b0\n  c0_1\n  c0_2\n  b1\n  c1_1\n  c1_2\nd2\n";
        assert_eq!(unroll(source, &[("N", 2), ("M", 3)]), expected);
    }

    #[test]
    fn empty_ranges_vanish_and_other_braces_stay() {
        let source = "f() { g{x} }\n//: for i in 4..N\nh{i}\n//: end";
        assert_eq!(unroll(source, &[("N", 3)]), "f() { g{x} }\n");
    }

    #[test]
    #[should_panic(expected = "no end")]
    fn a_loop_must_end() {
        unroll("//: for i in 3\nx", &[]);
    }

    #[test]
    #[should_panic(expected = "malformed")]
    fn a_loop_needs_a_known_size() {
        unroll("//: for i in Q\n//: end", &[]);
    }
}
