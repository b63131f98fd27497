-- The current state of rooms, as far as callers tell, and a way to all events of a room.

-- One row a state event: when the state changes, as many rows do as events of it.
CREATE TABLE room_state (
    room_id bytea NOT NULL,
    event_id bytea NOT NULL,
    PRIMARY KEY (room_id, event_id)
);

-- What a replay of a room begins with. Rooms have many events and the index keeps what stands for the room once a page, so that
-- an event takes some ten bytes of it. Building it keeps writers out: seconds for a million events.
--
-- It is over an expression so that only statements that name it can use it: where little is known of the table, the planner
-- would else take an index over the room's id for look-ups that are the primary key's.
CREATE INDEX events_room ON events (sha256(room_id));
