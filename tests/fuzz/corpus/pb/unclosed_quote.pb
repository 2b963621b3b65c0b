META
key;value
budget;1
vote_type;choose-1
name;"open ""quote""
