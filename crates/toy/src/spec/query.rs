//! The query of a link as pairs of key and value, whatever mailers, social networks and text
//! fields have done to it on its way.

use super::param::short;

/// Most characters of a link that are read; the longest that is written here has about 1,000.
const LONGEST: usize = 16_384;
/// Most pairs of a link that are read.
const MOST: usize = 256;

/// Keys that others append to links in order to follow readers, and that mean nothing here.
const TRACKING: &[&str] = &[
    "at_campaign",
    "at_medium",
    "campaign_id",
    "cmpid",
    "cvid",
    "epik",
    "fb_ref",
    "fb_source",
    "from",
    "fromuid",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "hsctatracking",
    "icid",
    "igsh",
    "igshid",
    "irgwc",
    "isappinstalled",
    "li_fat_id",
    "mibextid",
    "mkt_tok",
    "ncid",
    "ocid",
    "oicd",
    "os_ehash",
    "rb_clickid",
    "rdt_cid",
    "ref",
    "ref_src",
    "ref_url",
    "referrer",
    "s_cid",
    "sfnsn",
    "share_id",
    "si",
    "source",
    "spm",
    "srsltid",
    "trk",
];
/// What such keys begin with.
const TRACKING_BEGINS: [&str; 11] =
    ["_", "utm_", "mc_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_", "vero_", "oly_", "trk_"];

/// Whether a key is one of those that others append to links.
pub(super) fn is_tracking(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    TRACKING.contains(&&*key)
        || TRACKING_BEGINS.iter().any(|begin| key.starts_with(begin))
        // Every advertiser has a click identifier: fbclid, gclid, msclkid, twclid ...
        || ["clid", "clkid", "clickid", "braid"].iter().any(|end| key.ends_with(end))
}

/// The pairs of a query that are not for those who track readers, and what could not be read of it.
pub fn parse(query: &str) -> (Vec<(String, String)>, Vec<String>) {
    let mut notices = vec![];
    let query = query.trim().trim_start_matches(['?', '#', '&']);
    // Where a link stands in a text, what follows it is easily taken for its end.
    let query = query.trim_end_matches(['.', ',', ';', ':', '!', ')', ']', '>', '"', '\'']);
    let mut end = query.len().min(LONGEST);
    while !query.is_char_boundary(end) {
        end -= 1;
    }
    if end < query.len() {
        notices.push(format!("the link is longer than {LONGEST} characters; the rest was ignored"));
    }
    let mut pairs = vec![];
    for (key, value) in form_urlencoded::parse(&query.as_bytes()[..end]) {
        let key = unescaped(&key);
        if value.is_empty() && key.contains('=') {
            // Escaped as a whole, separators included.
            pairs.extend(form_urlencoded::parse(key.as_bytes()).into_owned().take(MOST + 1));
        } else {
            pairs.push((key.to_owned(), value.trim().to_owned()));
        }
        if pairs.len() > MOST {
            break;
        }
    }
    if pairs.len() > MOST {
        pairs.truncate(MOST);
        notices.push(format!("the link has more than {MOST} parts; the rest was ignored"));
    }
    for (key, _) in &mut pairs {
        *key = unescaped(key).to_owned();
    }
    pairs.retain(|(key, _)| !key.is_empty() && !is_tracking(key));
    (pairs, notices)
}

/// A key without what is left of an ampersand that was escaped for HTML, once or more often.
fn unescaped(mut key: &str) -> &str {
    loop {
        key = key.trim();
        match key.strip_prefix("amp;").or_else(|| key.strip_prefix("#38;")) {
            Some(rest) => key = rest,
            None => return key,
        }
    }
}

/// A sentence about a key and value that are not understood.
pub fn unknown(key: &str, value: &str) -> String {
    format!("{} {} is not known and was ignored", short(key), short(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(query: &str) -> Vec<String> {
        parse(query).0.into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn what_others_append_is_dropped() {
        let appended = "fbclid=1&gclid=2&msclkid=3&mc_eid=4&igshid=5&_ga=6&utm_source=7&UTM_Medium=8&_gl=9&yclid=10&ref=a&wbraid=b";
        assert_eq!(keys(&format!("?features=3&{appended}&hidden=2")), ["features", "hidden"]);
        // What may be a misspelt parameter is not: it has to be named.
        assert_eq!(keys("feature=3&refs=1&colour=red"), ["feature", "refs", "colour"]);
    }

    #[test]
    fn escaped_separators_are_understood() {
        for query in [
            "features=3&amp;hidden=2",
            "features=3&amp;amp;hidden=2",
            "features=3&amp;amp;amp;hidden=2).",
            "features%3D3%26hidden%3D2",
            "features%3D3%26amp%3Bhidden%3D2",
            "&features=3&&hidden=2&",
            " features=3&hidden=+2+\n",
        ] {
            let pairs = [("features", "3"), ("hidden", "2")].map(|(k, v)| (k.into(), v.into()));
            assert_eq!(parse(query), (pairs.to_vec(), vec![]), "{query}");
        }
    }

    #[test]
    fn more_than_can_be_meant_is_cut_and_said() {
        let (pairs, notices) = parse(&format!("seed=1&x={}", "é".repeat(100_000)));
        assert!(pairs.len() == 2 && notices.len() == 1 && pairs[1].1.len() < LONGEST);
        let (pairs, notices) = parse(&"a=1&".repeat(4_000));
        assert_eq!((pairs.len(), notices.len()), (MOST, 1));
        let (pairs, _) = parse(&"a%3D1%26".repeat(1_500));
        assert_eq!(pairs.len(), MOST);
    }
}
