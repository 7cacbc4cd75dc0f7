use crate::{mock::*, Descendants, HostAdmission, HostStanding, Models};
use ai_compute_primitives::{DidHash, Hosting, PriceRule};
use frame_support::assert_ok;

fn did(n: u32) -> Vec<u8> {
	format!("did:etrid:ai:llm:m{n}").into_bytes()
}

#[test]
fn unknown_models_have_no_answers() {
	with_model(|| {
		for unknown in [OTHER_DID, b"x", b""] {
			assert_eq!(AIModels::model(unknown.to_vec()), None);
			assert_eq!(AIModels::quote(unknown.to_vec(), 1, 1, 1), None);
			assert!(AIModels::hosts_of(unknown.to_vec(), None, 9).is_empty());
			assert!(AIModels::allow_list(unknown.to_vec()).is_empty());
		}
		// No prices published.
		assert_eq!(AIModels::quote(DID.to_vec(), 1, 1, 1), None);
		assert!(AIModels::models_of(BOB, 0, 9).is_empty());
	});
}

#[test]
fn a_page_shows_everything() {
	with_model(|| {
		let descendants = Descendants::Welcome { share_bps: 100 };
		assert_ok!(AIModels::set_descendants(signed(ALICE), DID.to_vec(), descendants));
		assert_ok!(Registering::child_of(OTHER_DID, DID, 100).by(BOB));
		assert_ok!(publish(BOB, OTHER_DID));
		assert_ok!(AIModels::set_pricing(
			signed(BOB),
			OTHER_DID.to_vec(),
			1,
			2,
			3,
			vec![],
			PriceRule::Any
		));
		assert_ok!(offer(BOB, OTHER_DID, CAROL));
		open_job(OTHER_DID);
		let page = page(OTHER_DID);
		assert_eq!(page.record, record(OTHER_DID));
		assert_eq!(page.versions.iter().map(|(n, _)| *n).collect::<Vec<_>>(), vec![2, 3]);
		assert_eq!(page.prices.unwrap().request_price, 3);
		assert_eq!((page.open_jobs, page.offered_to), (1, Some(CAROL)));
		assert_eq!((page.parent, page.parent_owner), (Some(parse(DID)), Some(ALICE)));
	});
}

#[test]
fn models_are_listed_in_pages() {
	ExtBuilder.build_and_execute(|| {
		for n in 0..MAX_MODELS {
			anchor(&did(n), ALICE);
			assert_ok!(register(ALICE, &did(n)));
		}
		let dids = |lines: Vec<crate::ModelLineOf<Test>>| {
			lines.into_iter().map(|line| line.did.as_bytes().to_vec()).collect::<Vec<_>>()
		};
		let of_alice = |offset, limit| dids(AIModels::models_of(ALICE, offset, limit));
		assert_eq!(of_alice(0, 2), vec![did(0), did(1)]);
		assert_eq!(of_alice(2, 9), vec![did(2), did(3)]);
		assert!(of_alice(4, 9).is_empty() && of_alice(u32::MAX, 9).is_empty());
		assert!(of_alice(0, 0).is_empty());

		// The whole catalogue, two at a time.
		let (mut seen, mut after) = (Vec::new(), None);
		loop {
			let lines = dids(AIModels::models(after, 2));
			let Some(last) = lines.last() else { break };
			after = Some(hash(last));
			seen.extend(lines);
		}
		seen.sort();
		assert_eq!(seen, (0..MAX_MODELS).map(did).collect::<Vec<_>>());
	});
}

#[test]
fn hosts_are_listed_in_pages_with_their_standing() {
	with_model(|| {
		let node = |n: u32| format!("did:etrid:gpu:n{n}").into_bytes();
		for n in 0..60 {
			add_node(&node(n), CAROL, 80);
			assert_ok!(host(CAROL, DID, &node(n)));
		}
		let all = AIModels::hosts_of(DID.to_vec(), None, u32::MAX);
		assert_eq!(all.len(), 50);
		let rest = AIModels::hosts_of(DID.to_vec(), Some(all[49].node), u32::MAX);
		assert_eq!(rest.len(), 10);
		let mut nodes: Vec<DidHash> = all.iter().chain(&rest).map(|line| line.node).collect();
		nodes.sort();
		nodes.dedup();
		assert_eq!(nodes.len(), 60);

		let standing = || {
			AIModels::hosts_of(DID.to_vec(), None, 50)
				.into_iter()
				.find(|line| line.node == all[0].node)
				.unwrap()
				.standing
		};
		assert_eq!(standing(), HostStanding::Hosting);
		let (hosting, admission) = (Hosting::Hosts, HostAdmission::ByOwner);
		assert_ok!(AIModels::set_hosting(signed(ALICE), DID.to_vec(), hosting, admission));
		assert_eq!(standing(), HostStanding::AwaitsApproval);
		remove_node(all[0].record.node.as_bytes());
		assert_eq!(standing(), HostStanding::OwnerChanged);
		assert_ok!(force_remove(DID));
		assert_eq!(standing(), HostStanding::ModelGone);
	});
}

#[test]
fn lists_end_at_fifty() {
	ExtBuilder.build().execute_with(|| {
		anchor(DID, ALICE);
		assert_ok!(register(ALICE, DID));
		let (model, card) = (record(DID), page(DID).card);
		for n in 0..60 {
			Models::<Test>::insert(hash(&did(n)), model.clone());
			crate::ModelCards::<Test>::insert(hash(&did(n)), card.clone());
		}
		assert_eq!(AIModels::models(None, u32::MAX).len(), 50);
	});
}
