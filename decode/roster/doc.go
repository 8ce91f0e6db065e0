// Package roster says what a user's contact list was like at any moment of a
// session: groups, who is on which list, names, phone numbers, presence, and
// the user's own settings, each with the event that made it so.
//
// A Timeline is fed with the commands of a session's notification server
// connection, once and in order, and then asked:
//
//	var t roster.Timeline
//	for each command:
//		t.Feed(id, time, dir, &annotation)
//	t.At(id).Contact("bob@hotmail.com").Status.Value // "AWY"
//
// Nothing is taken for granted: a list is not known before the server has told
// it, a client may have kept it from an earlier session (Sync says so), and a
// fact whose Event is 0 has not been said. The commands of MSNP2-7 are read in
// full, those of MSNP8-9 as far as they have the same meaning; the rosters of
// MSNP10 and later, where contacts have GUIDs, are not.
//
// Only what the server says counts: it repeats each change that it has made.
package roster
