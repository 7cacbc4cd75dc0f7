//! Calls of the marketplace, most of them such as the state of a job allows, from whom they may come.

use super::world::{keyring, now, root, user, Act, Plan, World, ALL, POOR, RICH};
use ai_compute_pbc_runtime::{
	AIModels, Balance, Balances, GPURegistry, JobMarketplace, Runtime, EDSC, EXISTENTIAL_DEPOSIT,
};
use ai_compute_primitives::{ModelInspect, NodeInspect, NodeStatus, PriceRule};
use frame_support::traits::{
	fungible::Inspect,
	tokens::{Fortitude, Preservation},
};
use pallet_job_marketplace::{
	BidBooks, Call, DisputeAnswer, DisputeReason, Disputes, JobBids, JobRecordOf, JobStatus, Jobs,
	MaxJobs, NextJobId, Payload, SubmitOptions, Verdict,
};
use sp_io::hashing::blake2_256;
use sp_keyring::Sr25519Keyring;

/// The market's calls.
pub type Market = Call<Runtime>;
/// A job and its number.
type Job = (u64, JobRecordOf<Runtime>);

/// What nodes deliver.
const RESULT: &[u8] = b"Paris.";
/// Jobs under way from which on fewer come in.
const BUSY: usize = 10;

impl World {
	pub fn job_act(&mut self) -> Option<Act> {
		let (over, live): (Vec<Job>, Vec<Job>) =
			Jobs::<Runtime>::iter().partition(|(_, job)| job.status.is_terminal());
		let roll = self.dice.below(100);
		match roll {
			0..=7 => self.submission(),
			8..=13 if live.len() < BUSY => self.submission(),
			14..=74 => match self.dice.any(&live) {
				Some((job_id, job)) => self.next_step(job_id, &job),
				None => self.submission(),
			},
			75..=84 => self.dice.any(&over).and_then(|(job_id, job)| self.aftermath(job_id, &job)),
			85..=90 => self.batch(&live, &over),
			91..=93 => self.offer_act(),
			_ => self.wild(),
		}
	}

	/// A new job.
	fn submission(&mut self) -> Option<Act> {
		let who = match self.dice.chance(12) {
			true => POOR,
			false => self.dice.pick(&RICH),
		};
		if MaxJobs::<Runtime>::get() < 10 && self.dice.chance(60) {
			return root(Market::update_max_jobs { new_max: 1_000 });
		}
		if who == POOR && self.dice.chance(60) && money(POOR) < EDSC {
			let value = EDSC * Balance::from(self.dice.between(2, 30));
			let dest = POOR.to_account_id().into();
			return user(RICH[0], pallet_balances::Call::transfer_keep_alive { dest, value });
		}
		if self.dice.chance(35) {
			return self.hire(who);
		}
		let model_did = self.model_did();
		let prompt = match self.dice.below(40) {
			0 => vec![7; 10_241],
			1 => vec![7; 10_240],
			2 => vec![],
			_ => b"What is the capital of France?".to_vec(),
		};
		let max_tokens = self.dice.mostly(&[1, 19, 20, 100, 1_000, 1_000, 1_000], &[0]);
		let (max_tokens, mut max_payment) = match self.dice.below(80) {
			0 => (max_tokens, 999_999_999),
			1 => (max_tokens, 0),
			2 => (max_tokens, Balance::MAX),
			3 => (u32::MAX, 1_000_000_000),
			4 => (u32::MAX, EDSC),
			5..=8 => (max_tokens, 1_000_000_000),
			_ => (max_tokens, EDSC * self.dice.pick(&[1, 10, 10, 100, 500, 990])),
		};
		let min_vram_gb = self.dice.mostly(&[0, 24, 24, 24, 80], &[81]);
		let confidential = self.dice.chance(1);
		if self.dice.chance(60) {
			if who == POOR {
				// To the last unit that the account can give and live.
				let deposit = JobMarketplace::deposit_for(prompt.len() as u32);
				let all = money(POOR).saturating_sub(EXISTENTIAL_DEPOSIT + deposit);
				max_payment = all + Balance::from(self.dice.below(10) == 0);
			}
			let call = Market::submit_job {
				model_did,
				encrypted_prompt: prompt,
				max_tokens,
				max_payment,
				min_vram_gb,
				confidential,
			};
			return user(who, call);
		}
		let payload = match self.dice.below(40) {
			0 => Payload::Reference { hash: self.dice.bytes(), uri: vec![] },
			1 => Payload::Reference { hash: self.dice.bytes(), uri: vec![b'u'; 257] },
			2..=12 => {
				Payload::Reference { hash: self.dice.bytes(), uri: b"ipfs://prompt".to_vec() }
			}
			_ => Payload::Inline(prompt),
		};
		let options = self.options();
		let call = Market::submit_job_with_options {
			model_did,
			payload,
			max_tokens,
			max_payment,
			min_vram_gb,
			confidential,
			options,
		};
		user(who, call)
	}

	fn options(&mut self) -> SubmitOptions<u32> {
		let parameters = pallet_job_marketplace::Parameters::<Runtime>::get();
		let soonest = parameters.last_delivery(now() + parameters.bidding, 1);
		let latest = now() + parameters.max_lifetime;
		let deadlines = [soonest, soonest + 50, soonest + 600, latest];
		let dice = &mut self.dice;
		let mut options = SubmitOptions::default();
		if dice.chance(40) {
			options.deadline = Some(dice.mostly(&deadlines, &[soonest - 1, latest + 1, u32::MAX]));
		}
		if dice.chance(25) {
			options.min_reputation = Some(dice.mostly(&[0, 3_000, 4_000, 5_000, 6_000], &[10_001]));
		}
		if dice.chance(25) {
			let regions: [&[u8]; 5] = [b"EU", b"EU", b"EU-WEST", b"EU-WEST-1", b"US"];
			options.region = Some(dice.mostly(&regions, &[b"", &[b'r'; 33]]).to_vec());
		}
		if dice.chance(30) {
			options.seed = Some(7);
		}
		if dice.chance(30) {
			options.escrow_period = Some(dice.mostly(&[100, 101, 300, 14_400], &[99, 14_401]));
		}
		if dice.chance(30) {
			options.result_limit = Some(dice.mostly(&[20, 600, 14_400, 1], &[0, 14_401]));
		}
		if dice.chance(25) {
			options.provider = match dice.below(8) {
				0 => Some(b"did:etrid:gpu:nobody".to_vec()),
				_ => dice.any(&self.gpus),
			};
		}
		options
	}

	/// What may happen to a job that is not over.
	fn next_step(&mut self, job_id: u64, job: &JobRecordOf<Runtime>) -> Option<Act> {
		let requester = self.mostly_account(&job.requester);
		let right = job.assignment.as_ref().and_then(|a| keyring(&a.owner));
		let owner = self.mostly(right);
		let anyone = self.dice.pick(&ALL);
		let dispute = Disputes::<Runtime>::get(job_id);
		if now() >= job.deadline && self.dice.chance(70) {
			return match job.status {
				JobStatus::Completed => user(anyone, Market::finalize_job { job_id }),
				_ => user(anyone, Market::expire_job { job_id }),
			};
		}
		let roll = self.dice.below(100);
		match job.status {
			JobStatus::Pending if now() < job.bid_end => match roll {
				0..=64 => self.bid(job_id, job),
				65..=72 => self.withdrawal(job_id, anyone),
				73..=88 => self.assignment(job_id, requester),
				89..=93 => user(requester, Market::cancel_job { job_id }),
				_ => user(anyone, Market::match_job { job_id }),
			},
			JobStatus::Pending => match roll {
				0..=79 if job.bid_count == 0 && self.dice.chance(95) => None,
				0..=54 => user(anyone, Market::match_job { job_id }),
				55..=64 => self.promotion(job_id, anyone),
				65..=79 => self.assignment(job_id, requester),
				80..=86 => user(requester, Market::cancel_job { job_id }),
				87..=93 => user(anyone, Market::expire_job { job_id }),
				_ => self.bid(job_id, job),
			},
			JobStatus::Assigned => match roll {
				0..=69 => user(owner, Market::start_job { job_id }),
				70..=84 => user(owner, Market::abandon_job { job_id }),
				85..=92 => self.withdrawal(job_id, anyone),
				_ => user(anyone, Market::expire_job { job_id }),
			},
			JobStatus::Processing => match roll {
				0..=81 => self.delivery(job_id, job, owner),
				82..=92 => user(owner, Market::abandon_job { job_id }),
				_ => user(anyone, Market::expire_job { job_id }),
			},
			JobStatus::Completed => match roll {
				0..=24 => {
					let rating = self.rating();
					user(requester, Market::accept_result { job_id, rating })
				}
				25..=84 => {
					let evidence_hash = self.dice.bytes();
					let reason = self.reason();
					user(requester, Market::dispute_job { job_id, reason, evidence_hash })
				}
				_ => user(anyone, Market::finalize_job { job_id }),
			},
			JobStatus::Disputed => match (dispute.and_then(|d| d.reply.map(|_| ())), roll) {
				(_, 0..=5) => user(owner, Market::abandon_job { job_id }),
				(_, 6..=11) => {
					let rating = self.rating();
					user(requester, Market::accept_result { job_id, rating })
				}
				(_, 12..=15) => user(anyone, Market::expire_job { job_id }),
				(None, 16..=79) => {
					let answer = self.answer(dispute.map(|d| d.reason));
					user(owner, Market::answer_dispute { job_id, answer })
				}
				(Some(()), _) | (None, 80..=84) => {
					let verdict = self.verdict(job);
					match self.dice.chance(95) {
						true => root(Market::resolve_dispute { job_id, verdict }),
						false => user(anyone, Market::resolve_dispute { job_id, verdict }),
					}
				}
				_ => None,
			},
			_ => None,
		}
	}

	/// A bid of a node that can take the job, or what such a node lacks.
	fn bid(&mut self, job_id: u64, job: &JobRecordOf<Runtime>) -> Option<Act> {
		let able: Vec<_> = self
			.gpus
			.iter()
			.filter(|did| JobMarketplace::can_bid(job_id, did.to_vec()).is_ok())
			.cloned()
			.collect();
		if self.plan.is_empty() && self.dice.chance(4) {
			self.plan_a_crowd(job_id);
			return None;
		}
		let gpu_did = match self.dice.any(&able) {
			Some(did) if !self.dice.chance(5) => did,
			_ => self.node_did()?,
		};
		if let Some(repair) = self.repair(&gpu_did) {
			return Some(repair);
		}
		if able.is_empty() && self.dice.chance(90) {
			return None;
		}
		self.bid_of(job_id, job, gpu_did)
	}

	fn bid_of(&mut self, job_id: u64, job: &JobRecordOf<Runtime>, gpu_did: Vec<u8>) -> Option<Act> {
		let node = <GPURegistry as NodeInspect<_, _>>::node(&super::world::parse(&gpu_did))?;
		let full = job.max_payment / Balance::from(job.max_tokens);
		let price_per_token = match (&job.terms.price, self.dice.below(30)) {
			(_, 0) => full + 1,
			(_, 1) => 0,
			(PriceRule::Exactly(price), 2..=27) => *price,
			(_, 2..=4) => full,
			(_, 5..=7) => 1,
			(PriceRule::AtLeast(price), 8..=27) => {
				*price + Balance::from(self.dice.between(0, 1_000))
			}
			_ => (full / 100 * Balance::from(self.dice.between(10, 100))).max(1),
		};
		let estimated_latency_ms = match self.dice.chance(80) {
			true => self.latency().min(job.result_limit.min(1_000) * 6_000),
			false => self.latency(),
		};
		let who = self.mostly_account(&node.owner);
		user(who, Market::place_bid { job_id, gpu_did, price_per_token, estimated_latency_ms })
	}

	/// All nodes bid for a job. Then its best bidder leaves, and the next in line moves up.
	fn plan_a_crowd(&mut self, job_id: u64) {
		let nodes = pallet_gpu_registry::GPUNodes::<Runtime>::iter_keys();
		for gpu_did in nodes.map(|did| did.as_bytes().to_vec()) {
			let ready = Plan::Ready { gpu_did: gpu_did.clone() };
			self.plan.extend([ready.clone(), ready, Plan::Bid { job_id, gpu_did }]);
		}
		self.plan.push_back(Plan::BiddingEnds { job_id });
		self.plan.push_back(Plan::LeaderLeaves { job_id });
		self.plan.push_back(Plan::Promote { job_id });
		self.plan.push_back(Plan::Match { job_id });
	}

	/// What a step of the plan is by now, if it is possible still.
	pub fn planned(&mut self, plan: Plan) -> Option<Act> {
		let anyone = self.dice.pick(&ALL);
		match plan {
			Plan::Ready { gpu_did } => self.repair(&gpu_did),
			Plan::Bid { job_id, gpu_did } => {
				let job = Jobs::<Runtime>::get(job_id)?;
				self.bid_of(job_id, &job, gpu_did)
			}
			Plan::BiddingEnds { job_id } => {
				let job = Jobs::<Runtime>::get(job_id)?;
				self.jump = Some(job.bid_end).filter(|end| *end > now());
				None
			}
			Plan::LeaderLeaves { job_id } => {
				let leader = BidBooks::<Runtime>::get(job_id).leaders.first()?.node;
				let bid = JobBids::<Runtime>::get(job_id, leader)?;
				let did = bid.gpu_did.as_bytes().to_vec();
				let new_status = NodeStatus::Inactive;
				let call = pallet_gpu_registry::Call::update_status { did, new_status };
				user(keyring(&bid.bidder)?, call)
			}
			Plan::Promote { job_id } => self.promotion(job_id, anyone),
			Plan::Match { job_id } => user(anyone, Market::match_job { job_id }),
		}
	}

	pub fn latency(&mut self) -> u32 {
		self.dice.mostly(
			&[0, 6_000, 6_001, 18_000, 30_000, 60_000, 60_000, 120_000, 600_000],
			&[u32::MAX],
		)
	}

	fn withdrawal(&mut self, job_id: u64, anyone: Sr25519Keyring) -> Option<Act> {
		let bids: Vec<_> = JobBids::<Runtime>::iter_prefix_values(job_id).collect();
		let bid = self.dice.any(&bids)?;
		let who = match self.dice.chance(30) {
			true => anyone,
			false => self.mostly_account(&bid.bidder),
		};
		user(who, Market::withdraw_bid { job_id, gpu_did: bid.gpu_did.as_bytes().to_vec() })
	}

	fn assignment(&mut self, job_id: u64, requester: Sr25519Keyring) -> Option<Act> {
		let bids: Vec<_> = JobBids::<Runtime>::iter_prefix_values(job_id).collect();
		let gpu_did = self.dice.any(&bids)?.gpu_did.as_bytes().to_vec();
		user(requester, Market::assign_job { job_id, gpu_did })
	}

	fn promotion(&mut self, job_id: u64, anyone: Sr25519Keyring) -> Option<Act> {
		let book = BidBooks::<Runtime>::get(job_id);
		let node = match book.others.first() {
			Some(next) if !self.dice.chance(10) => next.node,
			_ => self.dice.any(&book.iter().copied().collect::<Vec<_>>())?.node,
		};
		let gpu_did = JobBids::<Runtime>::get(job_id, node)?.gpu_did.as_bytes().to_vec();
		user(anyone, Market::promote_bid { job_id, gpu_did })
	}

	fn delivery(
		&mut self,
		job_id: u64,
		job: &JobRecordOf<Runtime>,
		owner: Sr25519Keyring,
	) -> Option<Act> {
		let most = job.max_tokens;
		let tokens_used = match self.dice.below(20) {
			0 => 0,
			1 => 1.min(most),
			2 => 19.min(most),
			3 => 20.min(most),
			4 => most.saturating_add(1),
			5 => self.dice.between(0, most),
			_ => most,
		};
		let (result_hash, result) = match self.dice.below(20) {
			0 => (self.dice.bytes(), Some(RESULT.to_vec())),
			1 => (blake2_256(&[7; 10_241]), Some(vec![7; 10_241])),
			2 => (blake2_256(&[7; 10_240]), Some(vec![7; 10_240])),
			3..=9 => (blake2_256(RESULT), Some(RESULT.to_vec())),
			_ => (blake2_256(RESULT), None),
		};
		user(owner, Market::complete_job { job_id, result_hash, tokens_used, result })
	}

	fn rating(&mut self) -> Option<u8> {
		let stars = [None, None, None, Some(1), Some(2), Some(4), Some(5), Some(5)];
		self.dice.mostly(&stars, &[Some(0), Some(6)])
	}

	fn reason(&mut self) -> DisputeReason {
		self.dice.pick(&[
			DisputeReason::NotDelivered,
			DisputeReason::NotDelivered,
			DisputeReason::WrongResult,
			DisputeReason::Overcounted,
			DisputeReason::WrongModel,
			DisputeReason::Other,
		])
	}

	fn answer(&mut self, reason: Option<DisputeReason>) -> DisputeAnswer {
		let by_bytes = (reason == Some(DisputeReason::NotDelivered)) != self.dice.chance(8);
		match by_bytes {
			true if self.dice.chance(8) => DisputeAnswer::Result(b"other bytes".to_vec()),
			true => DisputeAnswer::Result(RESULT.to_vec()),
			false => DisputeAnswer::Evidence(self.dice.bytes()),
		}
	}

	fn verdict(&mut self, job: &JobRecordOf<Runtime>) -> Verdict {
		let used = job.delivery.map_or(0, |delivery| delivery.tokens_used);
		let split = self.dice.pick(&[0, used / 2, used, used.saturating_add(1)]);
		self.dice.pick(&[Verdict::RequesterWins, Verdict::ProviderWins, Verdict::Split(split)])
	}

	/// What may happen to a job that is over.
	fn aftermath(&mut self, job_id: u64, job: &JobRecordOf<Runtime>) -> Option<Act> {
		let anyone = self.dice.pick(&ALL);
		if job.bid_count > 0 && self.dice.chance(60) {
			return self.withdrawal(job_id, anyone);
		}
		let unrated = job.status == JobStatus::Settled && job.rating.is_none();
		if unrated && self.dice.chance(50) {
			let requester = self.mostly_account(&job.requester);
			let rating = self.rating();
			return user(requester, Market::accept_result { job_id, rating });
		}
		match now() >= job.deadline || self.dice.chance(3) {
			true => user(anyone, Market::reap_job { job_id }),
			false => None,
		}
	}

	fn batch(&mut self, live: &[Job], over: &[Job]) -> Option<Act> {
		let size = self.dice.mostly(&[1, 2, 3, 4, 5, 8], &[0, 65]);
		let jobs: Vec<Job> = live.iter().chain(over).cloned().collect();
		let any = |world: &mut Self, of: &[Job]| match world.dice.chance(8) {
			true => u64::from(world.dice.between(0, 10)),
			false => world.dice.any(of).map_or(1 << 40, |(job_id, _)| job_id),
		};
		let who = self.dice.pick(&ALL);
		let call = match self.dice.below(4) {
			0 => {
				let due: Vec<Job> = live
					.iter()
					.filter(|(_, job)| job.status == JobStatus::Completed && now() >= job.deadline)
					.cloned()
					.collect();
				let of = if due.is_empty() { live } else { &due };
				let job_ids = (0..size).map(|_| any(self, of)).collect();
				Market::settle_batch { job_ids }
			}
			1 => {
				let own: Vec<Job> = jobs
					.iter()
					.filter(|(_, job)| job.requester == who.to_account_id())
					.cloned()
					.collect();
				let jobs = (0..size).map(|_| (any(self, &own), self.rating())).collect();
				Market::accept_batch { jobs }
			}
			2 => {
				let all: Vec<_> = JobBids::<Runtime>::iter()
					.map(|(job_id, _, bid)| (job_id, bid.gpu_did.as_bytes().to_vec()))
					.collect();
				let bids = (0..size)
					.filter_map(|_| match self.dice.chance(10) {
						true => Some((0, b"no DID".to_vec())),
						false => self.dice.any(&all),
					})
					.collect();
				Market::withdraw_bids { bids }
			}
			_ => {
				let due: Vec<Job> =
					over.iter().filter(|(_, job)| now() >= job.deadline).cloned().collect();
				let job_ids = (0..size).map(|_| any(self, &due)).collect();
				Market::reap_batch { job_ids }
			}
		};
		user(who, call)
	}

	/// Any call on any job by anybody.
	fn wild(&mut self) -> Option<Act> {
		let next = NextJobId::<Runtime>::get();
		let back = u64::from(self.dice.between(0, 20));
		let job_id = self.dice.pick(&[next.saturating_sub(back), next, u64::MAX]);
		let gpu_did = self.node_did()?;
		let who = self.dice.pick(&ALL);
		let call = match self.dice.below(15) {
			0 => Market::place_bid {
				job_id,
				gpu_did,
				price_per_token: self.dice.pick(&[0, 1, EDSC, Balance::MAX]),
				estimated_latency_ms: 6_000,
			},
			1 => Market::assign_job { job_id, gpu_did },
			2 => Market::match_job { job_id },
			3 => Market::start_job { job_id },
			4 => Market::complete_job {
				job_id,
				result_hash: self.dice.bytes(),
				tokens_used: self.dice.pick(&[0, 1, u32::MAX]),
				result: None,
			},
			5 => Market::accept_result { job_id, rating: self.rating() },
			6 => Market::dispute_job {
				job_id,
				reason: self.reason(),
				evidence_hash: self.dice.bytes(),
			},
			7 => {
				let verdict = self.dice.pick(&[Verdict::RequesterWins, Verdict::Split(u32::MAX)]);
				return root(Market::resolve_dispute { job_id, verdict });
			}
			8 => Market::finalize_job { job_id },
			9 => Market::cancel_job { job_id },
			10 => Market::expire_job { job_id },
			11 => Market::withdraw_bid { job_id, gpu_did },
			12 => Market::abandon_job { job_id },
			13 => Market::answer_dispute { job_id, answer: self.answer(None) },
			_ => Market::reap_job { job_id },
		};
		user(who, call)
	}

	/// DID of a model, mostly one that takes jobs.
	pub fn model_did(&mut self) -> Vec<u8> {
		let all: Vec<_> = self.ais.iter().map(|ai| ai_did(ai)).collect();
		let open: Vec<_> = all
			.iter()
			.filter(|did| {
				let did = super::world::parse(did);
				<AIModels as ModelInspect<_, Balance>>::terms(&did, &RICH[1].to_account_id())
					.is_some()
			})
			.cloned()
			.collect();
		match self.dice.below(80) {
			0 => b"did:etrid:ai:llm:nobody".to_vec(),
			1 => b"no DID".to_vec(),
			2..=5 => self.dice.pick(&all),
			_ => self.dice.any(&open).unwrap_or_else(|| self.dice.pick(&all)),
		}
	}

	/// DID of a node, mostly one that is registered.
	pub fn node_did(&mut self) -> Option<Vec<u8>> {
		let registered: Vec<_> = self
			.gpus
			.iter()
			.filter(|did| {
				pallet_gpu_registry::GPUNodes::<Runtime>::contains_key(super::world::parse(did))
			})
			.cloned()
			.collect();
		match self.dice.chance(4) {
			true => self.dice.any(&self.gpus),
			false => self.dice.any(&registered),
		}
	}

	/// What the owner of a node that takes no work must do, most of the times.
	fn repair(&mut self, gpu_did: &[u8]) -> Option<Act> {
		let key = super::world::parse(gpu_did);
		let node = <GPURegistry as NodeInspect<_, _>>::node(&key)?;
		let owner = keyring(&node.owner)?;
		if self.dice.chance(15) {
			return None;
		}
		let did = gpu_did.to_vec();
		match node.status {
			NodeStatus::Active => {}
			NodeStatus::Inactive => {
				let new_status = NodeStatus::Active;
				return user(owner, pallet_gpu_registry::Call::update_status { did, new_status });
			}
			NodeStatus::Suspended => return self.suspension_act(did),
		}
		let capacity = pallet_gpu_registry::GPUNodes::<Runtime>::get(&key)?.capacity;
		if capacity == 1 && self.dice.chance(50) {
			return user(owner, pallet_gpu_registry::Call::set_capacity { did, capacity: 4 });
		}
		if !node.sufficiently_staked {
			let amount = 1_000 * EDSC - node.stake.min(999 * EDSC);
			return user(owner, pallet_gpu_registry::Call::add_stake { did, amount });
		}
		None
	}
}

/// What an account could spend without vanishing, and the existential deposit.
pub fn money(of: Sr25519Keyring) -> Balance {
	let account = of.to_account_id();
	Balances::reducible_balance(&account, Preservation::Expendable, Fortitude::Polite)
}

/// DID of the language model with this identifier.
pub fn ai_did(identifier: &[u8]) -> Vec<u8> {
	[b"did:etrid:ai:llm:", identifier].concat()
}
