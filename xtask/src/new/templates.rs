//! The files of a new exercise, made of the templates in `xtask/templates/exercise/`.

use std::collections::BTreeSet;

use grader::exercise::{POINTS, Part};
use protocol::{CheckKind, Finding};
use toml::Value;

use super::item::{Item, ItemKind};
use super::library::Library;
use super::rust::{self, Bodies, Form};
use super::scope::ItemUses;

/// The text of a template.
macro_rules! template {
    ($path:literal) => {
        include_str!(concat!("../../templates/exercise/", $path))
    };
}

/// What a new exercise is made of.
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) edition: String,
    pub(super) part: Part,
    pub(super) order: u32,
    pub(super) kinds: BTreeSet<CheckKind>,
    pub(super) libraries: Vec<Library>,
    pub(super) items: Vec<Item>,
    /// What each item needs.
    pub(super) uses: Vec<ItemUses>,
}

/// A file and its path, relative to the root of the course.
pub(super) struct NewFile {
    pub(super) path: String,
    pub(super) text: String,
}

/// A check that the templates have: what it is about, and how a mistake fails it.
struct Sort {
    check: &'static str,
    kind: CheckKind,
    /// What its property says.
    property: &'static str,
    /// When it holds, for the statement.
    holds: &'static str,
    finding: Finding,
}

/// The checks of the templates, in the order in which they are run.
const SORTS: [Sort; 7] = [
    Sort {
        check: "every_interleaving_gives_the_result",
        kind: CheckKind::Model,
        property: "what holds in every interleaving",
        holds: "what holds in every interleaving, and for which sizes",
        finding: Finding::Race,
    },
    Sort {
        check: "threads_are_there_at_once",
        kind: CheckKind::Model,
        property: "what some interleaving reaches",
        holds: "how many threads are there at once",
        finding: Finding::NotConcurrent,
    },
    Sort {
        check: "a_panic_reaches_the_caller",
        kind: CheckKind::Model,
        property: "what becomes of a panic in what the caller brings",
        holds: "where the workload panics, and what the call does then",
        finding: Finding::WrongResult,
    },
    Sort {
        check: "no_thread_is_left",
        kind: CheckKind::Model,
        property: "what has ended when a call returns, or panics",
        holds: "what has ended when a call returns, or panics",
        finding: Finding::ThreadLeak,
    },
    Sort {
        check: "holds_on_real_threads",
        kind: CheckKind::Service,
        property: "what a gate, a server or the kernel sees on real threads",
        holds: "what is seen on real threads",
        finding: Finding::NotConcurrent,
    },
    Sort {
        check: "threads_share_the_computing",
        kind: CheckKind::Speed,
        property: "how the threads share the processor time",
        holds: "how the threads share the processor time",
        finding: Finding::NotConcurrent,
    },
    Sort {
        check: "program_prints_what_it_should",
        kind: CheckKind::Program,
        property: "what the program prints",
        holds: "the given program prints what it should",
        finding: Finding::WrongOutput,
    },
];

/// What only a check of the exercise's program has.
const PROGRAM_RUN: &str = "snapshot = \"program\"\nstderr = \"empty\"\n";

impl Plan {
    /// All files.
    pub(super) fn files(&self) -> Vec<NewFile> {
        let name = &self.name;
        let author = rust::code(&self.items, &self.uses, Bodies::Author);
        let stub = format!(
            "//! The exercise `{name}`. The README beside this crate states the task and its rules.\n\n{}\n",
            rust::code(&self.items, &self.uses, Bodies::Student)
        );
        let mut files = Vec::new();
        let mut add = |path: String, text: String| files.push(NewFile { path, text });

        let exercise = format!("exercises/{name}");
        add(format!("{exercise}/Cargo.toml"), self.exercise_manifest());
        add(format!("{exercise}/README.md"), self.statement());
        add(format!("{exercise}/exercise.toml"), self.manifest());
        add(format!("{exercise}/src/lib.rs"), stub.clone());
        add(
            format!("{exercise}/src/main.rs"),
            self.fill(template!("student/main.rs"), &[]),
        );

        let solution = format!("solutions/{name}");
        let code = |template: &str| self.fill(template, &[("code", &author)]);
        let dependencies = self.in_table(|library| format!("{}.workspace = true\n", library.package));
        add(
            format!("{solution}/Cargo.toml"),
            self.fill(template!("solution/Cargo.toml"), &[("dependencies", &dependencies)]),
        );
        add(format!("{solution}/src/lib.rs"), code(template!("solution/lib.rs")));
        add(
            format!("{solution}/variants/of_another_kind.rs"),
            code(template!("solution/variant.rs")),
        );
        for sort in self.sorts() {
            let values = [
                ("check", sort.check),
                ("finding", sort.finding.as_str()),
                ("code", &author),
            ];
            let mistake = self.fill(template!("solution/mistake.rs"), &values);
            add(format!("{solution}/mistakes/fails_{}.rs", sort.check), mistake);
        }

        let checks = format!("grader/checks/{name}");
        add(format!("{checks}/stub.rs"), stub);
        if self.has(CheckKind::Model) {
            let manifest = self.fill(
                template!("checks/model_Cargo.toml"),
                &[("dependencies", &self.without_shims())],
            );
            add(format!("{checks}/model/Cargo.toml"), manifest);
            add(format!("{checks}/model/src/contract.rs"), self.contract(Form::Modelled));
            add(
                format!("{checks}/model/src/main.rs"),
                self.fill(template!("checks/model.rs"), &[]),
            );
        }
        if self.has(CheckKind::Service) || self.has(CheckKind::Speed) {
            let every = self
                .libraries
                .iter()
                .map(|library| format!("{}.workspace = true\n", library.package));
            let dependencies: String = every.collect();
            add(
                format!("{checks}/real/Cargo.toml"),
                self.fill(template!("checks/real_Cargo.toml"), &[("dependencies", &dependencies)]),
            );
            add(format!("{checks}/real/src/contract.rs"), self.contract(Form::Real));
            add(format!("{checks}/real/src/main.rs"), self.real_checks());
            if self.has(CheckKind::Service) {
                let gate = self.fill(template!("checks/real_service.rs"), &[]);
                add(format!("{checks}/real/src/gate.rs"), gate);
            }
            if self.has(CheckKind::Speed) {
                let computing = self.fill(template!("checks/real_speed.rs"), &[]);
                add(format!("{checks}/real/src/computing.rs"), computing);
            }
        }
        if !self.libraries.is_empty() {
            add(format!("{checks}/support/Cargo.toml"), self.support_manifest());
            add(
                format!("{checks}/support/src/lib.rs"),
                self.fill(template!("checks/support.rs"), &[]),
            );
        }
        if self.has(CheckKind::Program) {
            add(
                format!("{checks}/snapshots/program.snap"),
                self.fill(template!("checks/program.snap"), &[]),
            );
        }
        files
    }

    fn has(&self, kind: CheckKind) -> bool {
        self.kinds.contains(&kind)
    }

    fn sorts(&self) -> impl Iterator<Item = &'static Sort> {
        SORTS.iter().filter(|sort| self.has(sort.kind))
    }

    /// The template with the name of the exercise, the edition and `values` in their places.
    fn fill(&self, template: &str, values: &[(&str, &str)]) -> String {
        let own = [("name", self.name.as_str()), ("edition", self.edition.as_str())];
        let mut text = template.to_owned();
        for (key, value) in values.iter().chain(&own) {
            text = text.replace(&format!("{{{{{key}}}}}"), value);
        }
        // A place that is empty leaves one empty line at most.
        while text.contains("\n\n\n") {
            text = text.replace("\n\n\n", "\n\n");
        }
        text.trim_end().to_owned() + "\n"
    }

    /// The table of the dependencies with a line for each library, and nothing where there is none.
    fn in_table(&self, line: impl Fn(&Library) -> String) -> String {
        match &self.libraries[..] {
            [] => String::new(),
            libraries => format!("\n[dependencies]\n{}", libraries.iter().map(line).collect::<String>()),
        }
    }

    /// The libraries that are the same in the modelled form, so that its check program can name them.
    fn without_shims(&self) -> String {
        let same = self.libraries.iter().filter(|library| library.shim.is_none());
        same.map(|library| format!("{}.workspace = true\n", library.package))
            .collect()
    }

    fn exercise_manifest(&self) -> String {
        let dependencies =
            self.in_table(|library| format!("{} = {}\n", library.package, Value::from(library.version.as_str())));
        self.fill(template!("student/Cargo.toml"), &[("dependencies", &dependencies)])
    }

    fn support_manifest(&self) -> String {
        let own = ["harness", "model-std"].map(str::to_owned);
        let libraries = self.libraries.iter().map(|library| library.package.clone());
        let shims = self
            .libraries
            .iter()
            .filter_map(|library| library.shim)
            .map(str::to_owned);
        let packages: BTreeSet<String> = own.into_iter().chain(libraries).chain(shims).collect();
        let lines: Vec<String> = packages
            .iter()
            .map(|package| format!("{package}.workspace = true"))
            .collect();
        self.fill(
            template!("checks/support_Cargo.toml"),
            &[("dependencies", &lines.join("\n"))],
        )
    }

    fn statement(&self) -> String {
        let rows: Vec<String> = self
            .sorts()
            .map(|sort| format!("| `{}` | TBD: {} |", sort.check, sort.holds))
            .collect();
        let links: Vec<String> = self.libraries.iter().map(Library::link).collect();
        let offered = match &links[..] {
            [] => String::new(),
            links => self.fill(template!("student/offered.md"), &[("libraries", &links.join("; and "))]),
        };
        let (declarations, rows) = (rust::declarations(&self.items), rows.join("\n"));
        let values = [
            ("declarations", declarations.as_str()),
            ("offered", &offered),
            ("check_rows", &rows),
        ];
        self.fill(template!("student/README.md"), &values)
    }

    fn manifest(&self) -> String {
        let libraries: String = self
            .libraries
            .iter()
            .map(|library| self.library_entry(library))
            .collect();
        let items: String = self
            .items
            .iter()
            .flat_map(item_entries)
            .map(|(item, signature)| {
                let quoted = |text: String| Value::from(text).to_string();
                let (item, signature) = (quoted(item), quoted(signature));
                self.entry(
                    template!("student/item.toml"),
                    &[("item", &item), ("signature", &signature)],
                )
            })
            .collect();
        let n_sorts = self.sorts().count() as u32;
        let checks: String = self
            .sorts()
            .zip(0..)
            .map(|(sort, index)| {
                let points = POINTS / n_sorts + u32::from(index < POINTS % n_sorts);
                let values = [
                    ("check", sort.check),
                    ("kind", kind_word(sort.kind)),
                    ("points", &points.to_string()),
                    ("property", sort.property),
                    (
                        "run",
                        if sort.kind == CheckKind::Program {
                            PROGRAM_RUN
                        } else {
                            ""
                        },
                    ),
                ];
                self.entry(template!("student/check.toml"), &values)
            })
            .collect();
        let mut findings: Vec<Finding> = self.sorts().map(|sort| sort.finding).collect();
        findings.extend([Finding::Panic, Finding::Deadlock]);
        findings.sort_unstable();
        findings.dedup();
        let hints: String = findings
            .iter()
            .map(|finding| self.entry(template!("student/hint.toml"), &[("finding", finding.as_str())]))
            .collect();
        let (part, order) = (self.part.to_string(), self.order.to_string());
        let values = [
            ("part", part.as_str()),
            ("order", &order),
            ("libraries", &libraries),
            ("items", &items),
            ("checks", &checks),
            ("hints", &hints),
        ];
        self.fill(template!("student/exercise.toml"), &values)
    }

    fn library_entry(&self, library: &Library) -> String {
        let shim = library
            .shim
            .map_or(String::new(), |shim| format!("shim = \"{}\"", shim.replace('-', "_")));
        let name = library.crate_name();
        let values = [("library", name.as_str()), ("shim", &shim)];
        self.entry(template!("student/library.toml"), &values)
    }

    /// An entry of the manifest, with an empty line before it.
    fn entry(&self, template: &str, values: &[(&str, &str)]) -> String {
        format!("\n{}", self.fill(template, values).trim_start())
    }

    fn contract(&self, form: Form) -> String {
        let contract = rust::contract(&self.name, &self.items, &self.uses, form);
        self.fill(template!("checks/contract.rs"), &[("contract", &contract)])
    }

    fn real_checks(&self) -> String {
        let module = |kind| if kind == CheckKind::Speed { "computing" } else { "gate" };
        let sorts: Vec<&Sort> = self
            .sorts()
            .filter(|sort| matches!(sort.kind, CheckKind::Service | CheckKind::Speed))
            .collect();
        let mut modules: Vec<String> = sorts.iter().map(|sort| format!("mod {};", module(sort.kind))).collect();
        modules.push("mod contract;".to_owned());
        modules.sort_unstable();
        let listed: String = sorts
            .iter()
            .map(|sort| format!("Check::new(\"{0}\", {1}::{0}),", sort.check, module(sort.kind)))
            .collect();
        let values = [("modules", modules.join("\n")), ("listed", listed)];
        let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
        self.fill(template!("checks/real.rs"), &values)
    }
}

/// The names and signatures of an item, as the manifest has them.
fn item_entries(item: &Item) -> Vec<(String, String)> {
    match &item.kind {
        ItemKind::Function(function) => vec![(function.name.clone(), function.text.clone())],
        ItemKind::Type(ty) => vec![(ty.name.clone(), item.text.clone())],
        ItemKind::Methods(methods) => methods
            .functions
            .iter()
            .map(|function| (format!("{}::{}", methods.owner, function.name), function.text.clone()))
            .collect(),
    }
}

fn kind_word(kind: CheckKind) -> &'static str {
    match kind {
        CheckKind::Build => unreachable!("no template is of this kind"),
        CheckKind::Model => "model",
        CheckKind::Service => "service",
        CheckKind::Speed => "speed",
        CheckKind::Program => "program",
    }
}
