//! Where chain specs come from: the presets of the runtime, or a file.

use chain_spec_generator::{build_ready, ready_chain, ready_chains, ChainSpec};

pub use chain_spec_generator::Extensions;

/// The spec that `--chain` names: a known id, or the path of a JSON file.
pub fn load(id: &str) -> Result<Box<dyn sc_chain_spec::ChainSpec>, String> {
	if id.is_empty() {
		return Err(format!("name a chain: --chain {}, or the path of a spec", known()));
	}
	let spec = match ready_chain(id) {
		Some(chain) => build_ready(&chain)?,
		None => ChainSpec::from_json_file(id.into()).map_err(|error| {
			format!("`{id}` is neither a known chain ({}) nor a chain spec: {error}", known())
		})?,
	};
	Ok(Box::new(spec))
}

fn known() -> String {
	ready_chains().map(|chain| chain.id).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
	use super::*;
	use ai_compute_pbc_runtime::PARA_ID;
	use sc_chain_spec::ChainType;

	#[test]
	fn ids_and_aliases_name_the_same_chain() {
		for (names, id, chain_type) in [
			(["dev", "ai-compute-dev"], "ai-compute-dev", ChainType::Development),
			(["local", "ai-compute-local"], "ai-compute-local", ChainType::Local),
		] {
			for name in names {
				let spec = load(name).unwrap();
				assert_eq!(spec.id(), id);
				assert_eq!(spec.chain_type(), chain_type);
				assert_eq!(spec.properties()["tokenSymbol"], "EDSC");
				assert_eq!(Extensions::of(&*spec).para_id, Some(PARA_ID));
				assert_eq!(Extensions::of(&*spec).relay_chain(), None);
			}
		}
	}

	#[test]
	fn a_preset_without_collators_is_no_chain_to_run() {
		let error = load("ai-compute-sovereign").map(|spec| spec.id().to_string()).unwrap_err();
		assert!(error.contains("ai-compute-dev, ai-compute-local"), "{error}");
	}

	#[test]
	fn an_empty_relay_chain_is_none() {
		let extensions = |relay_chain: Option<&str>| Extensions {
			relay_chain: relay_chain.map(Into::into),
			para_id: None,
		};
		assert_eq!(extensions(Some("")).relay_chain(), None);
		assert_eq!(extensions(None).relay_chain(), None);
		assert_eq!(extensions(Some("flarechain")).relay_chain(), Some("flarechain"));
	}
}
