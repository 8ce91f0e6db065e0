// This file holds the part of the command table about the user's settings and
// lists of contacts. Groups of contacts are in commands_groups.go.

package decode

var listsCommands = []Spec{
	{
		Name: "SYN", Dir: C2S, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "the client asks for the contact lists",
		Explain: "The client says which version of the lists it remembers. If the server has a newer one it sends all settings, groups and lists.",
		Params: []ParamSpec{
			{Name: "listVersion", Type: TypeVersion, Meaning: "version that the client remembers, 0 for none"},
			{Name: "settingsVersion", Type: TypeVersion, Optional: true, Since: 10, Meaning: "version of the settings that the client remembers"},
		},
		Replies: []string{"SYN"},
		Example: "SYN 8 0",
	},
	{
		Name: "SYN", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "the server begins to send the contact lists",
		Explain: "If the version is the client's own, nothing follows. Otherwise settings, groups and lists follow: GTC, BLP, PRP, LSG, LST and BPR.",
		Notes:   "Nothing marks the end in MSNP2-7: it is the last line of the reverse list. Some servers send GTC and BLP behind the lists.",
		Params: []ParamSpec{
			{Name: "listVersion", Type: TypeVersion, Meaning: "version that the server has"},
			{Name: "settingsVersion", Type: TypeVersion, Optional: true, Since: 10, Meaning: "version of the settings that the server has"},
			{Name: "users", Type: TypeInt, Optional: true, Since: 8, Meaning: "number of contacts to follow"},
			{Name: "groups", Type: TypeInt, Optional: true, Since: 8, Meaning: "number of groups to follow"},
		},
		Example: "SYN 8 9",
	},
	{
		Name: "GTC", Dir: C2S, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "the user sets whether to be asked about people who add the user",
		Explain: "The server only remembers this setting; it is the client that asks.",
		Params: []ParamSpec{
			{Name: "mode", Type: TypeEnum, Values: promptValues, Meaning: "setting wanted"},
		},
		Replies: []string{"GTC"},
		Example: "GTC 12 A",
	},
	{
		Name: "GTC", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "whether the user is asked about people who add the user",
		Explain: "The server confirms the setting, or tells it as a part of the answer to SYN.",
		Notes:   "A small server leaves out the list version.",
		Params: []ParamSpec{
			{Name: "listVersion", Type: TypeInt, Meaning: "version of the lists with this setting"},
			{Name: "mode", Type: TypeEnum, Values: promptValues, Meaning: "setting now in force"},
		},
		Example: "GTC 8 9 A",
	},
	{
		Name: "GTC", Dir: S2C, Roles: []Role{RoleNS}, Since: 8, Variant: "msnp8-syn", TrID: TrIDNone,
		Title:   "whether the user is asked about people who add the user",
		Explain: "From MSNP8 on the lines that answer SYN have neither transaction id nor list version.",
		Params: []ParamSpec{
			{Name: "mode", Type: TypeEnum, Values: promptValues, Meaning: "setting now in force"},
		},
		Example: "GTC A",
	},
	{
		Name: "BLP", Dir: C2S, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "the user sets what strangers may do",
		Explain: "The setting decides about people who are neither on the allow list nor on the block list. Error 218 says that it is in force already.",
		Params: []ParamSpec{
			{Name: "mode", Type: TypeEnum, Values: privacyValues, Meaning: "setting wanted"},
		},
		Replies: []string{"BLP"},
		Example: "BLP 13 BL",
	},
	{
		Name: "BLP", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "what strangers may do",
		Explain: "The server confirms the setting, or tells it as a part of the answer to SYN.",
		Notes:   "A small server leaves out the list version.",
		Params: []ParamSpec{
			{Name: "listVersion", Type: TypeInt, Meaning: "version of the lists with this setting"},
			{Name: "mode", Type: TypeEnum, Values: privacyValues, Meaning: "setting now in force"},
		},
		Example: "BLP 8 9 AL",
	},
	{
		Name: "BLP", Dir: S2C, Roles: []Role{RoleNS}, Since: 8, Variant: "msnp8-syn", TrID: TrIDNone,
		Title:   "what strangers may do",
		Explain: "From MSNP8 on the lines that answer SYN have neither transaction id nor list version.",
		Params: []ParamSpec{
			{Name: "mode", Type: TypeEnum, Values: privacyValues, Meaning: "setting now in force"},
		},
		Example: "BLP AL",
	},
	{
		Name: "PRP", Dir: C2S, Roles: []Role{RoleNS}, Since: 5, TrID: TrIDRequired,
		Title:   "the user sets a phone number or another property",
		Explain: "Contacts get to know the new value by BPR. Without a value the property is cleared.",
		Params: []ParamSpec{
			{Name: "type", Type: TypeWord, Values: propertyValues, Meaning: "property to set"},
			{Name: "value", Type: TypeNick, Optional: true, Meaning: "new value; missing to clear it"},
		},
		Replies: []string{"PRP"},
		Example: "PRP 10 PHH 123%20(4567)",
	},
	{
		Name: "PRP", Dir: S2C, Roles: []Role{RoleNS}, Since: 5, TrID: TrIDRequired,
		Title:   "a phone number or another property of the user",
		Explain: "The server confirms a change, or tells the properties as a part of the answer to SYN.",
		Notes:   "One server leaves out the transaction id in the answer to SYN.",
		Params: []ParamSpec{
			{Name: "listVersion", Type: TypeInt, Meaning: "version of the lists with this property"},
			{Name: "type", Type: TypeWord, Values: propertyValues, Meaning: "which property it is"},
			{Name: "value", Type: TypeNick, Optional: true, Meaning: "its value; missing when it is not set"},
		},
		Example: "PRP 10 7 PHH 123%20(4567)",
	},
	{
		Name: "PRP", Dir: S2C, Roles: []Role{RoleNS}, Since: 8, Variant: "msnp8-syn", TrID: TrIDNone,
		Title:   "a phone number or another property of the user",
		Explain: "From MSNP8 on the lines that answer SYN have neither transaction id nor list version. Properties that are not set are left out.",
		Params: []ParamSpec{
			{Name: "type", Type: TypeWord, Values: propertyValues, Meaning: "which property it is"},
			{Name: "value", Type: TypeNick, Optional: true, Meaning: "its value"},
		},
		Example: "PRP PHH 123%20(4567)",
	},
	{
		Name: "BPR", Dir: S2C, Roles: []Role{RoleNS}, Since: 5, TrID: TrIDNone,
		Title:   "a phone number or another property of a contact",
		Explain: "It follows the contact's LST line in the answer to SYN and the ADD that adds the contact, and comes by itself when the contact changes the property.",
		Notes:   "Only clients that have sent SYN get it. One server leaves out the account in the answer to SYN.",
		Params: []ParamSpec{
			{Name: "listVersion", Type: TypeInt, Meaning: "version of the lists with this property"},
			{Name: "email", Type: TypeHandle, Meaning: "account of the contact"},
			{Name: "type", Type: TypeWord, Values: propertyValues, Meaning: "which property it is"},
			{Name: "value", Type: TypeNick, Optional: true, Meaning: "its value; missing when it is not set"},
		},
		Example: "BPR 9 anotheruser@hotmail.com PHH 1%20(222)%20333%204444",
	},
	{
		Name: "BPR", Dir: S2C, Roles: []Role{RoleNS}, Since: 8, Variant: "msnp8-syn", TrID: TrIDNone,
		Title:   "a phone number or another property of a contact",
		Explain: "From MSNP8 on the answer to SYN does not repeat the account: the property is that of the contact in the LST line before.",
		Params: []ParamSpec{
			{Name: "type", Type: TypeWord, Values: propertyValues, Meaning: "which property it is"},
			{Name: "value", Type: TypeNick, Optional: true, Meaning: "its value"},
		},
		Example: "BPR PHH 1%20(222)%20333%204444",
	},
	{
		Name: "LST", Dir: C2S, Roles: []Role{RoleNS}, Since: 2, TrID: TrIDRequired,
		Title:   "the client asks for one list",
		Explain: "The client wants one of its contact lists again.",
		Notes:   "Some servers do not answer it. Some clients ask for the allow and block lists after each change.",
		Params: []ParamSpec{
			{Name: "list", Type: TypeList, Values: listValues, Meaning: "list wanted"},
		},
		Replies: []string{"LST"},
		Example: "LST 10 FL",
	},
	{
		Name: "LST", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, Until: 7, TrID: TrIDRequired,
		Title:   "a member of a list",
		Explain: "The server sends one line for each member, in answer to LST or SYN. An empty list is one line with 0 of 0 and no account.",
		Notes:   "Some servers leave out the name for the reverse list.",
		Params: []ParamSpec{
			{Name: "list", Type: TypeList, Values: listValues, Meaning: "list the member is on"},
			{Name: "listVersion", Type: TypeInt, Meaning: "version of the lists"},
			{Name: "index", Type: TypeInt, Meaning: "number of this line, from 1; 0 for an empty list"},
			{Name: "total", Type: TypeInt, Meaning: "number of members"},
			{Name: "email", Type: TypeHandle, Optional: true, Meaning: "account of the member"},
			{Name: "nick", Type: TypeNick, Optional: true, Meaning: "friendly name of the member as the server remembers it"},
			{Name: "groups", Type: TypeGroups, Optional: true, Since: 7, Meaning: "groups the contact is in; forward list only"},
		},
		Example: "LST 8 FL 9 1 1 anotheruser@hotmail.com another%20user 0",
	},
	{
		Name: "LST", Dir: S2C, Roles: []Role{RoleNS}, Since: 8, Until: 9, Variant: "msnp8-syn", TrID: TrIDNone,
		Title:   "a member of the lists",
		Explain: "From MSNP8 on the answer to SYN names each person once, with a number that says on which lists the person is.",
		Params: []ParamSpec{
			{Name: "email", Type: TypeHandle, Meaning: "account of the member"},
			{Name: "nick", Type: TypeNick, Meaning: "friendly name of the member as the server remembers it"},
			{Name: "lists", Type: TypeInt, Meaning: "sum of the lists: 1 forward, 2 allow, 4 block, 8 reverse, 16 pending"},
			{Name: "groups", Type: TypeGroups, Optional: true, Meaning: "groups the contact is in; forward list only"},
		},
		Example: "LST anotheruser@hotmail.com another%20user 11 0",
	},
	{
		Name: "LST", Dir: S2C, Roles: []Role{RoleNS}, Since: 10, Until: 12, Variant: "msnp10-syn", TrID: TrIDNone,
		Title:   "a member of the lists",
		Explain: "From MSNP10 on letters say what a word is, and a GUID stands for the contact and for each group.",
		Params: []ParamSpec{
			{Name: "n", Type: TypePair, Meaning: "account of the member, behind N="},
			{Name: "fields", Type: TypeText, Repeat: true, Meaning: "F= friendly name, C= GUID of the contact, sum of the lists, network id, GUIDs of the groups; some may be missing"},
		},
		Example: "LST N=anotheruser@hotmail.com F=another%20user C=c1f9a363-4ee9-4a33-a434-b056a4c55b98 11 d6deeacd-7849-4de4-93c5-d130915d0042",
	},
	{
		Name: "ADD", Dir: C2S, Roles: []Role{RoleNS}, Since: 2, Until: 9, TrID: TrIDRequired,
		Title:   "the user adds a person to a list",
		Explain: "Adding to the forward list makes a contact, adding to the block list blocks the person. Adding a contact again with another group puts the contact into both.",
		Params: []ParamSpec{
			{Name: "list", Type: TypeList, Values: addListValues, Meaning: "list to add to"},
			{Name: "email", Type: TypeHandle, Meaning: "account of the person"},
			{Name: "nick", Type: TypeNick, Meaning: "name to remember the person by"},
			{Name: "groupId", Type: TypeInt, Optional: true, Since: 7, Meaning: "group to put the contact into; forward list only"},
		},
		Replies: []string{"ADD", "ILN"},
		Example: "ADD 12 FL anotheruser@hotmail.com another%20user 2",
	},
	{
		Name: "ADD", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, Until: 9, TrID: TrIDRequired,
		Title:   "a person is now on a list",
		Explain: "The server confirms what the user added. With transaction id 0 and list RL it tells that the person has made the user a contact.",
		Params: []ParamSpec{
			{Name: "list", Type: TypeList, Values: addedListValues, Meaning: "list the person is now on"},
			{Name: "listVersion", Type: TypeInt, Meaning: "version of the lists after the change"},
			{Name: "email", Type: TypeHandle, Meaning: "account of the person"},
			{Name: "nick", Type: TypeNick, Meaning: "friendly name of the person"},
			{Name: "groupId", Type: TypeInt, Optional: true, Since: 7, Meaning: "group the contact is now in; forward list only"},
		},
		Example: "ADD 12 FL 12 anotheruser@hotmail.com another%20user 2",
	},
	{
		Name: "REM", Dir: C2S, Roles: []Role{RoleNS}, Since: 2, Until: 12, TrID: TrIDRequired,
		Title:   "the user removes a person from a list or a group",
		Explain: "With a group the contact only leaves that group; without one the person leaves the list.",
		Params: []ParamSpec{
			{Name: "list", Type: TypeList, Values: removeListValues, Meaning: "list to remove from"},
			{Name: "who", Type: TypeText, Meaning: "account of the person; from MSNP10 on the GUID of a contact"},
			{Name: "groupId", Type: TypeWord, Optional: true, Since: 7, Meaning: "group to leave; forward list only"},
		},
		Replies: []string{"REM"},
		Example: "REM 13 FL anotheruser@hotmail.com 2",
	},
	{
		Name: "REM", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, Until: 9, TrID: TrIDRequired,
		Title:   "a person is no longer on a list",
		Explain: "The server confirms what the user removed. With transaction id 0 and list RL it tells that the person no longer has the user as a contact.",
		Params: []ParamSpec{
			{Name: "list", Type: TypeList, Values: listValues, Meaning: "list the person has left"},
			{Name: "listVersion", Type: TypeInt, Until: 9, Meaning: "version of the lists after the change"},
			{Name: "email", Type: TypeHandle, Meaning: "account of the person"},
			{Name: "groupId", Type: TypeInt, Optional: true, Since: 7, Meaning: "group the contact has left; forward list only"},
		},
		Example: "REM 13 FL 13 anotheruser@hotmail.com 2",
	},
	{
		Name: "REA", Dir: C2S, Roles: []Role{RoleNS}, Since: 2, Until: 9, TrID: TrIDRequired,
		Title:   "the user changes a name",
		Explain: "With the user's own account it is the friendly name that everybody sees; with that of a contact it is the name remembered in the user's lists.",
		Notes:   "Error 209 refuses names with forbidden words, error 800 too many changes.",
		Params: []ParamSpec{
			{Name: "email", Type: TypeHandle, Meaning: "the user's account, or that of a contact"},
			{Name: "nick", Type: TypeNick, Meaning: "new name"},
		},
		Replies: []string{"REA"},
		Example: "REA 13 example@hotmail.com example%20user",
	},
	{
		Name: "REA", Dir: S2C, Roles: []Role{RoleNS}, Since: 2, Until: 9, TrID: TrIDRequired,
		Title:   "the name is changed",
		Explain: "The server confirms the new name. Contacts of the user get it with NLN.",
		Params: []ParamSpec{
			{Name: "listVersion", Type: TypeInt, Meaning: "version of the lists after the change"},
			{Name: "email", Type: TypeHandle, Meaning: "account whose name it is"},
			{Name: "nick", Type: TypeNick, Meaning: "new name"},
		},
		Example: "REA 13 5 example@hotmail.com example%20user",
	},
}
