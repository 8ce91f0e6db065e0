// Package chat puts chats together from the events of their connections: who
// was invited, came, typed, said and left, in order, each with its event.
//
// A chat is one switchboard session, whoever's connections showed it. What
// several connections show (a message as it was sent and as it was delivered)
// is one line. Feed takes the events of all of a chat's connections in order:
//
//	c := chat.New()
//	for each event e of its connections, and each RNG that invites to it:
//		step := c.Feed(e, &annotation)
//
// A line takes 32 bytes; its words are read from its event when somebody looks
// at it: see Read.
package chat
