"""Control of E4's groups: the gap between images learnt and new ones, once every arm has learnt its images."""
