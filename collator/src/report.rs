//! Errors as one readable line.

use std::error::Error;

/// What went wrong and why, without line breaks.
pub fn error(error: &sc_cli::Error) -> String {
	if let sc_cli::Error::NetworkKeyNotFound(path) = error {
		return format!(
			"there is no network key at {}; make one with `key generate-node-key --chain SPEC --base-path DIR`, \
			 or let the node make it with --unsafe-force-node-key-generation",
			path.display()
		);
	}
	let mut line = match error {
		// Says itself what is wrong, without "Invalid input" before it.
		sc_cli::Error::Input(reason) => first_line_of(reason),
		_ => first_line(error),
	};
	let mut cause = error.source();
	while let Some(error) = cause {
		let reason = first_line(error);
		if !line.contains(&reason) {
			line = format!("{line}: {reason}");
		}
		cause = error.source();
	}
	line
}

/// What the command line parser says, without usage and hints on help.
pub fn usage(error: &clap::Error) -> String {
	let text = error.render().to_string();
	let text = text.split("\n\nUsage:").next().unwrap_or_default();
	let text = text.split("\n\nFor more information").next().unwrap_or_default();
	let words: Vec<_> = text.split_whitespace().collect();
	words.join(" ").trim_start_matches("error: ").to_string()
}

fn first_line(error: &dyn Error) -> String {
	first_line_of(&error.to_string())
}

/// Some errors of the SDK carry whole genesis configurations after their first line.
fn first_line_of(text: &str) -> String {
	text.lines().next().unwrap_or_default().trim_end_matches(" for blob:").to_string()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn causes_follow_what_they_cause() {
		#[derive(Debug)]
		struct Wrapped(std::io::Error);
		impl std::fmt::Display for Wrapped {
			fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
				f.write_str("cannot open the database")
			}
		}
		impl Error for Wrapped {
			fn source(&self) -> Option<&(dyn Error + 'static)> {
				Some(&self.0)
			}
		}
		let wrapped = Wrapped(std::io::Error::other("disk full"));
		let line = error(&sc_cli::Error::Application(Box::new(wrapped)));
		assert_eq!(line, "cannot open the database: disk full");
	}

	#[test]
	fn only_the_first_line_of_a_long_error_is_shown() {
		let text = "Storage building failed for blob:\n{\n  \"balances\": {}\n}";
		assert_eq!(error(&sc_cli::Error::Input(text.into())), "Storage building failed");
	}
}
