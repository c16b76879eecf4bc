// The map of the system: every typed actor interface that crosses the network, one comment a
// handler, and the type ids that CAF puts on the wire. Interfaces that stay inside one process
// extend these and stand in actors/local_interfaces.hpp.
// The only header of this room that knows CAF.
#pragma once

#include "messages/hosting.hpp"
#include "messages/protocol.hpp"

#include <caf/all.hpp>

namespace evenkeel {

/// A node as its proxy sees it. Everything after `welcome` carries the header of the link (R6), in
/// the order in which it was sent; what does not fit the standing link is dropped.
using node_actor = caf::typed_actor<
    caf::reacts_to<welcome>,                         ///< the link stands
    caf::reacts_to<refusal>,                         ///< it does not; try again later
    caf::reacts_to<heartbeat>,                       ///< answers a load_report
    caf::reacts_to<link_header, spec_request>,       ///< home: submit these again
    caf::reacts_to<link_header, submit_ack>,         ///< home: credit for submissions
    caf::reacts_to<link_header, assign_batch>,       ///< executor: run these
    caf::reacts_to<link_header, recall_batch>,       ///< executor: give back what has not started
    caf::reacts_to<link_header, stop_batch>,         ///< executor: end these
    caf::reacts_to<link_header, lost_attempt_batch>, ///< home: count and decide (R14)
    caf::reacts_to<link_header, grant_request>,      ///< home: may this `once` job start? (R3)
    caf::reacts_to<link_header, result_batch>,       ///< home: results [RESULT]
    caf::reacts_to<link_header, result_request>,     ///< executor: send these [REQUEST_OF_RES]
    caf::reacts_to<link_header, result_exchange>,    ///< both at once [RES_REQ]
    caf::reacts_to<link_header, result_taken>,       ///< executor: credit for results (R11)
    caf::reacts_to<link_header, result_ack>,         ///< executor: forget these results
    caf::reacts_to<link_header, located>,            ///< home: answers locate
    caf::reacts_to<link_header, query>,              ///< home: a question of another node's client
    caf::reacts_to<link_header, answer>,             ///< asker: the answer to its query
    caf::reacts_to<link_header, abandon>,            ///< home: nobody waits for that answer now
    caf::reacts_to<link_header, text_part>>;         ///< a piece of the next message (parcel.hpp)

using alive_atom = caf::atom_constant<caf::atom("alive")>;

/// The proxy as its nodes see it; published on the cluster port.
using proxy_actor = caf::typed_actor<
    caf::reacts_to<join, node_actor>,           ///< opens a link; answered by welcome or refusal
    caf::reacts_to<load_report>,                ///< heartbeat and load [INFO]
    caf::reacts_to<link_header, inventory>,     ///< what the node holds and still wants (R7)
    caf::reacts_to<link_header, submit_batch>,  ///< new jobs
    caf::reacts_to<link_header, release_batch>, ///< attempts given back, stopped, refused
    caf::reacts_to<link_header, cancel_batch>,  ///< jobs finished at their home
    caf::reacts_to<link_header, verdict_batch>, ///< answers lost_attempt_batch
    caf::reacts_to<link_header, grant_batch>,   ///< answers grant_request
    caf::reacts_to<link_header, result_batch>,  ///< results made here [RESULT]
    caf::reacts_to<link_header, result_ack>,    ///< results that are at home for good
    caf::reacts_to<link_header, audit>,         ///< do you still have these? (R12)
    caf::reacts_to<link_header, locate>,        ///< where are these?
    caf::reacts_to<link_header, query>,         ///< a client's question to another ledger
    caf::reacts_to<link_header, answer>,        ///< answers a query
    caf::reacts_to<link_header, abandon>,       ///< its client is gone
    caf::reacts_to<link_header, text_part>,     ///< a piece of the next message (parcel.hpp)
    caf::reacts_to<link_header, drain>,         ///< assign nothing more here
    caf::reacts_to<link_header, leave>,         ///< a clean stop
    caf::replies_to<hosting_request>::with<hosting_answer>, ///< a person: spawn, despawn
    caf::replies_to<alive_atom>::with<alive_atom>>;         ///< a health check

using report_atom = caf::atom_constant<caf::atom("report")>;
using withdraw_atom = caf::atom_constant<caf::atom("withdraw")>;

/// A host on which nodes are spawned, as the proxy sees it; published on its port. The nodes
/// themselves are made by CAF's remote_spawn: the actor type "node", with a spawn_order.
using host_actor = caf::typed_actor<caf::replies_to<report_atom>::with<host_report>,
                                    caf::reacts_to<withdraw_atom, std::string>>; ///< end that node

inline constexpr const char* spawned_node_type = "node";

} // namespace evenkeel

CAF_BEGIN_TYPE_ID_BLOCK(evenkeel, caf::first_custom_type_id)
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::link_header))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::join))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::welcome))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::refusal))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::drain))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::leave))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::inventory))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::spec_request))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::load_report))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::heartbeat))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::submit_batch))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::submit_ack))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::assign_batch))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::recall_batch))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::stop_batch))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::release_batch))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::cancel_batch))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::lost_attempt_batch))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::verdict_batch))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::grant_request))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::grant_batch))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::result_batch))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::result_request))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::result_exchange))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::result_taken))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::result_ack))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::audit))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::locate))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::located))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::query))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::answer))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::abandon))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::text_part))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::spawn_order))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::host_report))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::hosting_request))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::hosting_answer))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::node_actor))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::proxy_actor))
CAF_ADD_TYPE_ID(evenkeel, (evenkeel::host_actor))
CAF_END_TYPE_ID_BLOCK(evenkeel)
