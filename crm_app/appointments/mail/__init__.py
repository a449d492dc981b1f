"""The mails about appointments: who is told what, in which words, with which invitation."""
