//! Reads the messages of `words/` and writes a method for each English one, with its variables as
//! arguments: a message that does not exist, or a variable that is forgotten, does not compile.

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Variables of a message, each with whether it is a number.
type Variables = BTreeMap<String, bool>;

fn main() {
    println!("cargo::rerun-if-changed=words");
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo names the crate"));
    let folders = listed(&here.join("words"));
    let mut code = String::from("const FOLDERS: &[(&str, &[&str])] = &[\n");
    for folder in &folders {
        let files: String =
            listed(folder).iter().map(|file| format!("include_str!({file:?}), ")).collect();
        writeln!(code, "    ({:?}, &[{files}]),", name(folder)).expect("a string takes all");
    }
    code.push_str("];\n");
    let english = folders.iter().position(|folder| name(folder) == "en").expect("words/en");
    writeln!(code, "const ENGLISH: usize = {english};\n").expect("a string takes all");
    code.push_str(&methods(&folders[english]));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names a folder"));
    fs::write(out.join("say.rs"), code).expect("writing say.rs");
}

/// What lies in a folder, in order.
fn listed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn methods(english: &Path) -> String {
    let mut code = String::from("impl Say {\n");
    let mut table = String::from("#[cfg(test)]\nconst MESSAGES: Messages = &[\n");
    for file in listed(english) {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
        let resource = fluent_syntax::parser::parse(text.as_str());
        let resource = resource.unwrap_or_else(|(_, errors)| panic!("{file:?}: {errors:?}"));
        for entry in &resource.body {
            let Entry::Message(message) = entry else { continue };
            let id = message.id.name;
            let mut variables = Variables::new();
            if let Some(pattern) = &message.value {
                in_pattern(pattern, &mut variables);
            }
            code.push_str(&method(id, &variables));
            let pairs: Vec<(&String, &bool)> = variables.iter().collect();
            writeln!(table, "    ({id:?}, &{pairs:?}),").expect("a string takes all");
        }
    }
    format!("{code}}}\n\n{table}];\n")
}

fn method(id: &str, variables: &Variables) -> String {
    let mut takes = String::new();
    let mut sets = String::new();
    for (name, is_number) in variables {
        let kind = if *is_number { "i64" } else { "&str" };
        takes.push_str(&format!(", {name}: {kind}"));
        sets.push_str(&format!("        given.set({name:?}, {name});\n"));
    }
    let given = if variables.is_empty() { "let given" } else { "let mut given" };
    format!(
        "    /// The words of `{id}`.\n    pub fn {}(self{takes}) -> String {{\n        {given} = \
         FluentArgs::new();\n{sets}        self.words({id:?}, &given)\n    }}\n",
        id.replace('-', "_")
    )
}

fn in_pattern(pattern: &Pattern<&str>, found: &mut Variables) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression(expression: &Expression<&str>, found: &mut Variables) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, false, found),
        Expression::Select { selector, variants } => {
            let numbers = variants.iter().any(|variant| match variant.key {
                VariantKey::NumberLiteral { .. } => true,
                VariantKey::Identifier { name } => ["one", "few", "many"].contains(&name),
            });
            in_inline(selector, numbers, found);
            for variant in variants {
                in_pattern(&variant.value, found);
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, is_number: bool, found: &mut Variables) {
    match inline {
        InlineExpression::VariableReference { id } => {
            *found.entry(id.name.to_owned()).or_default() |= is_number;
        }
        InlineExpression::FunctionReference { id, arguments } => {
            for argument in &arguments.positional {
                in_inline(argument, id.name == "NUMBER", found);
            }
        }
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        _ => {}
    }
}
