//! Reads a page that `rustdoc` wrote: the item that it declares, and its implementations.
//!
//! Unstable items are left out. `signature` normalises the signatures.

use super::signature;

/// An entry of the page of a module.
pub(crate) struct Entry {
    /// `struct`, `fn`, `mod`, …
    pub(crate) kind: String,
    pub(crate) name: String,
    /// The path of its own page, relative to that of the module.
    pub(crate) address: String,
}

/// A method or an implementation on an item's page.
struct Section<'a> {
    class: &'a str,
    html: &'a str,
    /// The text up to the next documentation.
    after: &'a str,
}

/// The ids of the lists on an item's page that are read.
const LISTS: [&str; 3] = ["implementations", "trait-implementations", "synthetic-implementations"];

/// Traits that are left out: those that a stable program cannot name, those of Windows, and `Drop`, which is an
/// implementation detail.
const LEFT_OUT: [&str; 12] = [
    "AsHandle",
    "AsRawHandle",
    "AsRawSocket",
    "AsSocket",
    "Drop",
    "Freeze",
    "From<JoinHandle<T>>",
    "IntoRawHandle",
    "StdioExt",
    "StructuralPartialEq",
    "UnsafeUnpin",
    "UseCloned",
];

/// The stable entries of a module's page.
pub(crate) fn entries(html: &str) -> Vec<Entry> {
    let items = html.split("<dt").skip(1).filter_map(|item| {
        let item = item.split("</dt>").next()?;
        let kind = between(item, "class=\"", "\"")?;
        let address = between(item, "href=\"", "\"")?;
        let name = text(between(item, &format!("class=\"{kind}\""), "</a>")?.split_once('>')?.1);
        let is_stable = !item.contains("stab unstable");
        is_stable.then(|| Entry {
            kind: kind.to_owned(),
            name,
            address: address.to_owned(),
        })
    });
    items.collect()
}

/// The link to the source of the item that a page is about.
pub(crate) fn source(html: &str) -> Option<&str> {
    between(html.split("<h1>").nth(1)?, "class=\"src\" href=\"", "\"")
}

/// The lines of a source file, from the page that shows it.
pub(crate) fn source_lines(html: &str) -> Vec<String> {
    let lines = html.split("data-nosnippet>").skip(1);
    lines
        .map(|line| {
            text(
                line.split_once("</a>")
                    .unwrap_or_default()
                    .1
                    .split("<a href=#")
                    .next()
                    .unwrap_or_default(),
            )
        })
        .collect()
}

/// The declarations on the page of an item of this kind: the item itself, then its methods and its implementations of
/// traits.
///
/// `attributes` returns the attributes, above a link into the source, that matter to a caller.
pub(crate) fn declarations(kind: &str, html: &str, attributes: &dyn Fn(&str) -> String) -> Vec<String> {
    let declaration =
        between(html, "<pre class=\"rust item-decl\"><code>", "</code></pre>").map_or(String::new(), text);
    let head = html.split("<h2 id=").next().unwrap_or_default();
    let info = head.rsplit("</pre>").next().unwrap_or_default();
    let marks = deprecation(info.split("class=\"toggle top-doc\"").next().unwrap_or_default())
        + &source(html).map_or(String::new(), attributes);
    let own = match kind {
        "macro" => marks,
        _ => marks + &signature::of_item(&declaration),
    };
    let mut found = vec![own.trim().to_owned()];
    if matches!(kind, "struct" | "enum" | "union" | "primitive") {
        found.extend(LISTS.iter().flat_map(|list| implementations(html, list, attributes)));
    }
    found
}

/// The rows of one list of implementations.
fn implementations(html: &str, list: &str, attributes: &dyn Fn(&str) -> String) -> Vec<String> {
    let heading = format!("<h2 id=\"{list}\" class=\"section-header\"");
    let Some(list_html) = html.split(&heading).nth(1) else {
        return Vec::new();
    };
    let list_html = list_html.split("<h2 id=").next().unwrap_or_default();
    let (mut rows, mut current, mut is_stable) = (Vec::new(), String::new(), true);
    for section in sections(list_html) {
        let hidden = section.html.contains("stab unstable") || section.after.contains("stab unstable");
        let Some(header) = between(section.html, "class=\"code-header\">", "</h") else {
            continue;
        };
        let header = text(header);
        if section.class.split(' ').next() == Some("impl") {
            is_stable = !hidden && !is_left_out(&header);
            current = header;
            if is_stable && list != "implementations" {
                rows.push(signature::of_implementation(&current));
            }
        } else if is_stable && !hidden && (list == "implementations" || section.class.starts_with("associated")) {
            let link = between(section.html, "class=\"src rightside\" href=\"", "\"")
                .or_else(|| between(section.html, "class=\"src\" href=\"", "\""));
            let marks = deprecation(section.after) + &link.map_or(String::new(), attributes);
            rows.push(signature::of_member(&current, &format!("{marks}{header}")));
        }
    }
    rows
}

/// Whether the implementation is left out of the comparison.
fn is_left_out(header: &str) -> bool {
    // `rustdoc` prints a default where it wrongly infers that a map is not `UnwindSafe`; the right line is there too.
    let is_wrong = header.contains(" = RandomState") && header.contains("> !UnwindSafe");
    let is_for = |name| {
        [" ", " !"]
            .iter()
            .any(|start| header.contains(&format!("{start}{name} for ")))
    };
    is_wrong || LEFT_OUT.iter().any(is_for)
}

fn sections(html: &str) -> impl Iterator<Item = Section<'_>> {
    html.split("<section id=\"").skip(1).filter_map(|part| {
        let (html, after) = part.split_once("</section>")?;
        let class = between(html, "class=\"", "\"")?;
        let after = after.split("docblock").next().unwrap_or(after);
        Some(Section { class, html, after })
    })
}

fn deprecation(info: &str) -> String {
    let is_deprecated = info.contains("Deprecated since");
    if is_deprecated {
        "#[deprecated] ".to_owned()
    } else {
        String::new()
    }
}

/// The first text between `start` and the next `end`.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    let rest = &text[text.find(start)? + start.len()..];
    rest.find(end).map(|end| &rest[..end])
}

/// The text of the markup, on one line.
fn text(html: &str) -> String {
    let mut plain = String::new();
    for (n, part) in html.split('<').enumerate() {
        let (tag, rest) = if n == 0 {
            ("", part)
        } else {
            part.split_once('>').unwrap_or(("", part))
        };
        if ["br", "div", "/div"].iter().any(|block| tag.starts_with(block)) {
            plain.push(' ');
        }
        plain.push_str(rest);
    }
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("ⓘ", ""),
        ("&amp;", "&"),
    ];
    for (entity, sign) in entities {
        plain = plain.replace(entity, sign);
    }
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
