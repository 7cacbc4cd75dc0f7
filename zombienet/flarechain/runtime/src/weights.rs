//! Weights of the parachain pallets. The SDK measures them for its own relay chains only; what it
//! offers for tests is often "a whole block", which would keep such a transaction out of every block.
//! One millisecond each is near enough for a network of a few validators.

use frame_support::weights::{constants::WEIGHT_REF_TIME_PER_MILLIS, Weight};
use polkadot_runtime_common::paras_registrar;
use polkadot_runtime_parachains::{
	configuration, coretime, disputes, hrmp, inclusion, on_demand, paras, paras_inherent,
};

/// A millisecond for everything.
pub struct Flat;

macro_rules! flat {
	($($trait:path { $($name:ident($($count:ident)?$(, $more:ident)*))* })*) => {$(
		impl $trait for Flat {$(
			fn $name($($count: u32)?$(, $more: u32)*) -> Weight {
				$(let _ = $count;)?
				$(let _ = $more;)*
				Weight::from_parts(WEIGHT_REF_TIME_PER_MILLIS, 0)
			}
		)*}
	)*};
}

flat! {
	configuration::WeightInfo {
		set_config_with_block_number()
		set_config_with_u32()
		set_config_with_option_u32()
		set_config_with_balance()
		set_hrmp_open_request_ttl()
		set_config_with_executor_params()
		set_config_with_perbill()
		set_node_feature()
		set_config_with_scheduler_params()
	}
	coretime::WeightInfo {
		request_core_count()
		request_revenue_at()
		credit_account()
		assign_core(assignments)
		queue_on_demand_batch(orders)
	}
	disputes::WeightInfo {
		force_unfreeze()
	}
	hrmp::WeightInfo {
		hrmp_init_open_channel()
		hrmp_accept_open_channel()
		hrmp_close_channel()
		force_clean_hrmp(inbound, outbound)
		force_process_hrmp_open(channels)
		force_process_hrmp_close(channels)
		hrmp_cancel_open_request(requests)
		clean_open_channel_requests(requests)
		force_open_hrmp_channel(channels)
		establish_system_channel()
		poke_channel_deposits()
		establish_channel_with_system()
	}
	inclusion::WeightInfo {
		enact_candidate(upward, horizontal, code)
	}
	on_demand::WeightInfo {
		place_order_allow_death()
		place_order_keep_alive()
		place_order_with_credits()
	}
	paras::WeightInfo {
		force_set_current_code(bytes)
		force_set_current_head(bytes)
		force_set_most_recent_context()
		force_schedule_code_upgrade(bytes)
		force_note_new_head(bytes)
		force_queue_action()
		add_trusted_validation_code(bytes)
		poke_unused_validation_code()
		remove_upgrade_cooldown()
		include_pvf_check_statement_finalize_upgrade_accept()
		include_pvf_check_statement_finalize_upgrade_reject()
		include_pvf_check_statement_finalize_onboarding_accept()
		include_pvf_check_statement_finalize_onboarding_reject()
		include_pvf_check_statement()
		authorize_force_set_current_code_hash()
		apply_authorized_force_set_current_code(bytes)
	}
	paras_inherent::WeightInfo {
		enter_empty()
		enter_variable_disputes(statements)
		enter_bitfields()
		enter_backed_candidates_variable(votes)
		enter_backed_candidate_code_upgrade()
	}
	paras_registrar::WeightInfo {
		reserve()
		register()
		force_register()
		deregister()
		swap()
		schedule_code_upgrade(bytes)
		set_current_head(bytes)
	}
}
