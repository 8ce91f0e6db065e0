// This file holds the part of the command table about chats: the invitation
// that the notification server delivers, and all that is said on a switchboard
// but signing in and out.

package decode

var switchboardCommands = []Spec{
	{
		Name: "RNG", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDNone,
		Title:   "someone invites the user to a chat",
		Explain: "The user's client joins by connecting to the switchboard at this address and showing the ticket with ANS. Clients do so without asking.",
		Notes:   "The first word is the session's id, not a transaction id: a number on the old service, hexadecimal or a GUID on others. Addresses may be host names, which some clients do not take.",
		Params: []ParamSpec{
			{Name: "sessionId", Type: TypeWord, Meaning: "id of the chat session"},
			{Name: "address", Type: TypeAddress, Meaning: "switchboard to connect to"},
			{Name: "cki", Type: TypeLiteral, Values: cookieMarker, Meaning: "way of signing in there"},
			{Name: "cookie", Type: TypeCookie, Meaning: "ticket to show there in ANS"},
			{Name: "email", Type: TypeHandle, Meaning: "account of the person who invites"},
			{Name: "nick", Type: TypeNick, Meaning: "friendly name of the person who invites"},
			{Name: "flag", Type: TypeLiteral, Optional: true, Since: 13, Values: domainMarker, Meaning: "always U"},
			{Name: "domain", Type: TypeWord, Optional: true, Since: 13, Meaning: "domain of the service"},
			{Name: "direct", Type: TypeBool, Optional: true, Since: 14, Values: directValues, Meaning: "whether a direct TCP connection is possible"},
		},
		Example: "RNG 11752099 64.4.12.193:1863 CKI 849102291.520491932 myname@msn.com My%20Name",
	},
	{
		Name: "ANS", Dir: C2S, Roles: []Role{RoleSB}, Since: 2, TrID: TrIDRequired,
		Title:   "the client joins a chat it was invited to",
		Explain: "This is the first command on the connection: the client shows the ticket and the session id that it got with RNG.",
		Params: []ParamSpec{
			{Name: "email", Type: TypeHandle, Meaning: "the user's account"},
			{Name: "cookie", Type: TypeCookie, Meaning: "ticket from RNG, valid once and for about a minute"},
			{Name: "sessionId", Type: TypeWord, Meaning: "id of the chat session from RNG"},
		},
		Replies: []string{"IRO", "ANS"},
		Example: "ANS 1 name_123@hotmail.com 849102291.520491113 11752013",
	},
	{
		Name: "ANS", Dir: S2C, Roles: []Role{RoleSB}, Since: 2, TrID: TrIDRequired,
		Title:   "the user has joined the chat",
		Explain: "It follows the IRO lines, which name the people already there.",
		Params: []ParamSpec{
			{Name: "ok", Type: TypeLiteral, Values: okValues, Meaning: "says that the ticket is good"},
		},
		Example: "ANS 1 OK",
	},
	{
		Name: "IRO", Dir: S2C, Roles: []Role{RoleSB}, Since: 2, TrID: TrIDRequired,
		Title:   "a person is in the chat already",
		Explain: "Between ANS and its confirmation the switchboard names everyone already in the session, one line each. There is none if the inviter has left meanwhile.",
		Params: []ParamSpec{
			{Name: "index", Type: TypeInt, Meaning: "number of this line, from 1"},
			{Name: "total", Type: TypeInt, Meaning: "number of people already there"},
			{Name: "email", Type: TypeHandle, Meaning: "account of the person"},
			{Name: "nick", Type: TypeNick, Meaning: "friendly name of the person"},
			{Name: "caps", Type: TypeWord, Optional: true, Since: 12, Meaning: "what the person's client can do, a sum of bits"},
		},
		Example: "IRO 1 1 2 example@passport.com Mike",
	},
	{
		Name: "JOI", Dir: S2C, Roles: []Role{RoleSB}, Since: 2, TrID: TrIDNone,
		Title:   "a person joined the chat",
		Explain: "Someone who was called with CAL has connected. From now on the person gets all messages of the session.",
		Notes:   "Some servers send it to the person who joins as well. Some add the client's abilities in older dialects too.",
		Params: []ParamSpec{
			{Name: "email", Type: TypeHandle, Meaning: "account of the person"},
			{Name: "nick", Type: TypeNick, Meaning: "friendly name of the person"},
			{Name: "caps", Type: TypeWord, Optional: true, Since: 12, Meaning: "what the person's client can do, a sum of bits"},
		},
		Example: "JOI name_123@hotmail.com Name_123",
	},
	{
		Name: "BYE", Dir: S2C, Roles: []Role{RoleSB}, Since: 2, TrID: TrIDNone,
		Title:   "a person left the chat",
		Explain: "The session goes on, even with one person alone: CAL can bring people back.",
		Params: []ParamSpec{
			{Name: "email", Type: TypeHandle, Meaning: "account of the person"},
			{Name: "idle", Type: TypeLiteral, Optional: true, Values: []Value{{"1", "left after minutes of silence"}}, Meaning: "given when the server closed an idle connection"},
		},
		Example: "BYE name_123@hotmail.com",
	},
	{
		Name: "CAL", Dir: C2S, Roles: []Role{RoleSB}, Since: 2, TrID: TrIDRequired,
		Title:   "the client invites a person to the chat",
		Explain: "The service rings the person with RNG. A client may call at any time, more people for a group chat too, or someone who has left.",
		Notes:   "Error 217 says that the person is offline, hidden or does not take messages from the user; error 215 that the person is there already.",
		Params: []ParamSpec{
			{Name: "email", Type: TypeHandle, Meaning: "account of the person to invite"},
		},
		Replies: []string{"CAL", "JOI"},
		Example: "CAL 2 name_123@hotmail.com",
	},
	{
		Name: "CAL", Dir: S2C, Roles: []Role{RoleSB}, Since: 2, TrID: TrIDRequired,
		Title:   "the person is being called",
		Explain: "The invitation is on its way. JOI follows when the person's client connects.",
		Notes:   "Some servers give 0 for the session's id.",
		Params: []ParamSpec{
			{Name: "ringing", Type: TypeLiteral, Values: []Value{{"RINGING", "the person is being called"}}, Meaning: "says that the call goes out"},
			{Name: "sessionId", Type: TypeWord, Meaning: "id of the chat session"},
		},
		Example: "CAL 2 RINGING 11752099",
	},
	{
		Name: "MSG", Dir: C2S, Roles: []Role{RoleSB}, Since: 2, TrID: TrIDRequired, Payload: true,
		Title:   "the user sends a message",
		Explain: "The switchboard passes the payload on to everyone else in the session. Chat text, typing notices and invitations to send files all travel this way.",
		Notes:   "Official clients use N for text and U for typing notices, others differ. Some clients end this line with LF alone. Notification servers close the connection on it.",
		Params: []ParamSpec{
			{Name: "ack", Type: TypeEnum, Values: []Value{
				{"U", "no report"},
				{"N", "report only if it fails"},
				{"A", "always report"},
				{"D", "always report, and refuse malformed data (MSNP9 on)"},
			}, Meaning: "which report of delivery the client wants"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Replies: []string{"ACK", "NAK"},
		Example: "MSG 2 U 92",
	},
	{
		Name: "MSG", Dir: S2C, Roles: []Role{RoleNS, RoleSB}, Since: 2, TrID: TrIDNone, Payload: true,
		Title:   "a message arrives",
		Explain: "On a switchboard it comes from a person in the session. On a notification server it comes from the service and tells the user's profile or new mail.",
		Params: []ParamSpec{
			{Name: "sender", Type: TypeText, Values: []Value{{"Hotmail", "the service itself"}}, Meaning: "account of the sender"},
			{Name: "nick", Type: TypeNick, Meaning: "friendly name of the sender"},
			{Name: "length", Type: TypeLength, Meaning: "length of the payload in bytes"},
		},
		Example: "MSG example@hotmail.com example%20user 130",
	},
	{
		Name: "ACK", Dir: S2C, Roles: []Role{RoleSB}, Since: 2, TrID: TrIDRequired,
		Title:   "the message was delivered",
		Explain: "It answers a MSG that asked for a report, and carries the same transaction id.",
		Example: "ACK 2",
	},
	{
		Name: "NAK", Dir: S2C, Roles: []Role{RoleSB}, Since: 2, TrID: TrIDRequired,
		Title:   "the message was not delivered",
		Explain: "At least one person did not get the MSG with the same transaction id, or nobody else is in the session.",
		Notes:   "Some servers never send it.",
		Example: "NAK 3",
	},
}
