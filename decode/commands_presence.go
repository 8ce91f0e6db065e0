// This file holds the part of the command table about presence: who is online
// and with which status.

package decode

var presenceCommands = []Spec{
	{
		Name: "CHG", Dir: C2S, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "the user changes status",
		Explain: "The first CHG after signing in makes the user visible to others and brings one ILN for each contact who is online.",
		Notes:   "Asking for FLN is refused with error 201. Some clients send it together with SYN, without waiting for answers.",
		Params: []ParamSpec{
			{Name: "status", Type: TypeStatus, Values: statusValues, Meaning: "status wanted"},
			{Name: "caps", Type: TypeInt, Optional: true, Since: 8, Meaning: "what the client can do, a sum of bits"},
			{Name: "msnobj", Type: TypeNick, Optional: true, Since: 9, Meaning: "description of the user's picture, in XML"},
		},
		Replies: []string{"CHG", "ILN"},
		Example: "CHG 9 NLN",
	},
	{
		Name: "CHG", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "the server confirms the user's status",
		Explain: "The server repeats the change that it has made. With transaction id 0 and FLN it has put the user offline unasked.",
		Notes:   "Some servers add a 0 in dialects that have no third word.",
		Params: []ParamSpec{
			{Name: "status", Type: TypeStatus, Values: statusValues, Meaning: "status now in force"},
			{Name: "caps", Type: TypeInt, Optional: true, Since: 8, Meaning: "what the client can do, a sum of bits"},
			{Name: "msnobj", Type: TypeNick, Optional: true, Since: 9, Meaning: "description of the user's picture, in XML"},
		},
		Example: "CHG 9 NLN",
	},
	{
		Name: "ILN", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "a contact is online already",
		Explain: "The server tells the status of contacts who were online before the user: one line each, after the user's first CHG and after adding a contact.",
		Notes:   "Its transaction id is that of the CHG or ADD, on some servers 0. It may follow SYN instead.",
		Params: []ParamSpec{
			{Name: "status", Type: TypeStatus, Values: contactStatusValues, Meaning: "status of the contact"},
			{Name: "email", Type: TypeHandle, Meaning: "account of the contact"},
			{Name: "nick", Type: TypeNick, Meaning: "friendly name of the contact"},
			{Name: "caps", Type: TypeWord, Optional: true, Since: 8, Meaning: "what the contact's client can do, a sum of bits"},
			{Name: "msnobj", Type: TypeNick, Optional: true, Since: 9, Meaning: "description of the contact's picture, in XML"},
		},
		Example: "ILN 9 NLN anotheruser@hotmail.com another%20user",
	},
	{
		Name: "ILN", Dir: S2C, Roles: []Role{RoleNS}, Since: 14, Until: 17, Variant: "msnp14", TrID: TrIDRequired,
		Title:   "a contact is online already",
		Explain: "From MSNP14 to MSNP17 the contact's network stands before the name; from MSNP18 on it stands before the account, as 1:user.",
		Params: []ParamSpec{
			{Name: "status", Type: TypeStatus, Values: contactStatusValues, Meaning: "status of the contact"},
			{Name: "email", Type: TypeHandle, Meaning: "account of the contact"},
			{Name: "network", Type: TypeInt, Meaning: "network id of the contact: 1 Messenger, 4 mobile phone, 32 Yahoo"},
			{Name: "nick", Type: TypeNick, Meaning: "friendly name of the contact"},
			{Name: "caps", Type: TypeWord, Optional: true, Meaning: "what the contact's client can do, a sum of bits"},
			{Name: "msnobj", Type: TypeNick, Optional: true, Meaning: "description of the contact's picture, in XML"},
			{Name: "icon", Type: TypeWord, Optional: true, Meaning: "sign shown for people of another network"},
		},
		Example: "ILN 9 NLN anotheruser@hotmail.com 1 another%20user 1614807100 0",
	},
	{
		Name: "NLN", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDNone,
		Title:   "a contact came online, changed status or changed name",
		Explain: "The server sends it to everybody who has the contact on the forward list and may see the contact. The line always holds status and name as they are now.",
		Notes:   "Some servers send several in a row with the same content, or a little late.",
		Params: []ParamSpec{
			{Name: "status", Type: TypeStatus, Values: contactStatusValues, Meaning: "status of the contact"},
			{Name: "email", Type: TypeHandle, Meaning: "account of the contact"},
			{Name: "nick", Type: TypeNick, Meaning: "friendly name of the contact"},
			{Name: "caps", Type: TypeWord, Optional: true, Since: 8, Meaning: "what the contact's client can do, a sum of bits"},
			{Name: "msnobj", Type: TypeNick, Optional: true, Since: 9, Meaning: "description of the contact's picture, in XML"},
		},
		Example: "NLN NLN anotheruser@hotmail.com another%20user",
	},
	{
		Name: "NLN", Dir: S2C, Roles: []Role{RoleNS}, Since: 14, Until: 17, Variant: "msnp14", TrID: TrIDNone,
		Title:   "a contact came online, changed status or changed name",
		Explain: "From MSNP14 to MSNP17 the contact's network stands before the name; from MSNP18 on it stands before the account, as 1:user.",
		Params: []ParamSpec{
			{Name: "status", Type: TypeStatus, Values: contactStatusValues, Meaning: "status of the contact"},
			{Name: "email", Type: TypeHandle, Meaning: "account of the contact"},
			{Name: "network", Type: TypeInt, Meaning: "network id of the contact: 1 Messenger, 4 mobile phone, 32 Yahoo"},
			{Name: "nick", Type: TypeNick, Meaning: "friendly name of the contact"},
			{Name: "caps", Type: TypeWord, Optional: true, Meaning: "what the contact's client can do, a sum of bits"},
			{Name: "msnobj", Type: TypeNick, Optional: true, Meaning: "description of the contact's picture, in XML"},
			{Name: "icon", Type: TypeWord, Optional: true, Meaning: "sign shown for people of another network"},
		},
		Example: "NLN NLN anotheruser@hotmail.com 1 another%20user 1614807100 0",
	},
	{
		Name: "FLN", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDNone,
		Title:   "a contact went offline",
		Explain: "The contact signed out, chose to appear offline or blocked the user: the three look the same.",
		Notes:   "One old description puts a status before the account.",
		Params: []ParamSpec{
			{Name: "email", Type: TypeHandle, Meaning: "account of the contact"},
			{Name: "extra", Type: TypeWord, Optional: true, Repeat: true, Since: 14, Meaning: "network id and what the client can do"},
		},
		Example: "FLN anotheruser@hotmail.com",
	},
}
